"""A foreign document → the contract, still in memory."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spec.adopt import errors
from spec.adopt.discriminators import complete_mappings
from spec.adopt.files import Files, find_root
from spec.adopt.house import House
from spec.adopt.inline import Namer
from spec.adopt.notes import Notes
from spec.adopt.operations import complete, operations
from spec.adopt.repair import repair, without_nulls
from spec.adopt.resolve import Resolver
from spec.adopt.split import split
from spec.tools.finding import Finding, RefusedError, Where
from spec.tools.load import Json

Object = dict[str, Json]
Progress = Callable[[str], None]

# The order of a root document; other members follow.
_MEMBERS = ("openapi", "info", "servers", "externalDocs", "tags")


@dataclass(frozen=True)
class Adopted:
    """The contract before it is written.

    Attributes:
        files: Name → content, in the house layout.
        facts: What the report says first.
    """

    source: str
    files: dict[str, Object]
    notes: Notes
    facts: dict[str, object]


def convert(path: Path, house: House, progress: Progress) -> Adopted:
    """Return a foreign contract in the house layout; raises RefusedError."""
    notes = Notes()
    if not path.exists():
        raise RefusedError(Finding(Where(str(path), 1), "there is no such file", "name another"))
    files = Files(find_root(path), notes)
    progress(f"reading {path}")
    document = _resolved(files, house, notes, progress)
    version = document.get("openapi")
    document = _ordered(document)
    notes.placed(document, Where(files.show(files.root), 1))
    without_nulls(document, notes)
    complete(document, notes, house)
    progress("naming inline schemas")
    components = document["components"]
    schemas = components.setdefault("schemas", {}) if isinstance(components, dict) else None
    schemas = schemas if isinstance(schemas, dict) else {}
    Namer(schemas, notes, set(house.components.get("schemas", ()))).name_all(document)
    own = errors.declare(document, notes) if house.folder is None else set()
    repair(document, notes)
    facts = {
        "Source": f"OpenAPI {version}, files: {files.count}, {files.size // 1000} kB",
        "Operations": len(list(operations(document))),
        "Schemas": len(schemas),
    }
    progress(f"splitting {facts['Operations']} operations by tag")
    contents = split(document, dict.fromkeys(own, errors.FILE), house.files)
    return Adopted(path.name, contents, notes, facts)


def _resolved(files: Files, house: House, notes: Notes, progress: Progress) -> Object:
    """Return the source as one document of OpenAPI 3.1."""
    reserved = errors.names() if house.folder is None else frozenset()
    resolver = Resolver(files, notes, progress, reserved=reserved)
    resolver.taken = {kind: set(names) for kind, names in house.components.items()}
    document = resolver.resolve()
    paths = document.get("paths")
    taken = {_shape(path): path for path in house.paths}
    for path in paths if isinstance(paths, dict) else ():
        if _shape(path) in taken:
            where = files.where(files.source(files.root), ("paths", path))
            reason = f"the contract has the path {taken[_shape(path)]} already"
            files.refuse(where, reason, "remove one of the two")
    if files.findings:
        raise RefusedError(*sorted(set(files.findings)))
    old_names = {
        name: pointer[-1]
        for (shape, _, pointer), name in resolver.names.items()
        if shape == "schema" and pointer[:1] == ("components",)
    }
    complete_mappings(document, old_names)
    _rename_schemes(document, resolver)
    return document


def _shape(path: str) -> str:
    """Return what a path has in common with those that answer the same requests."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _rename_schemes(document: Object, resolver: Resolver) -> None:
    """Let operations demand security schemes by their new names."""
    new_names = {
        pointer[-1]: name
        for (shape, _, pointer), name in resolver.names.items()
        if shape == "security_scheme"
    }
    for holder in (document, *(operation.node for operation in operations(document))):
        alternatives = holder.get("security")
        if isinstance(alternatives, list):
            holder["security"] = [
                (
                    {new_names.get(name, name): scopes for name, scopes in alternative.items()}
                    if isinstance(alternative, dict)
                    else alternative
                )
                for alternative in alternatives
            ]


def _ordered(document: Object) -> Object:
    written = str(document.get("openapi"))
    document["openapi"] = written if written.startswith("3.1.") else "3.1.0"
    for key in ("$self", "jsonSchemaDialect"):
        document.pop(key, None)
    first = {key: document[key] for key in _MEMBERS if key in document}
    return {**first, **document}
