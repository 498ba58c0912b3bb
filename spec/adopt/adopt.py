"""Verb `adopt`: make a foreign OpenAPI document the contract."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spec.adopt import errors
from spec.adopt.discriminators import complete_mappings
from spec.adopt.files import Files, find_root
from spec.adopt.inline import Namer
from spec.adopt.notes import Notes
from spec.adopt.operations import complete, operations
from spec.adopt.repair import repair
from spec.adopt.report import NAME, report
from spec.adopt.resolve import Resolver
from spec.adopt.split import split
from spec.adopt.write import to_yaml
from spec.rules.levels import FILE
from spec.tools.finding import Finding, RefusedError, Where
from spec.tools.load import Json

Object = dict[str, Json]
Progress = Callable[[str], None]

_LEVELS = '# Which rules hold for this contract: docs/reference/rules.md.\nprofile = "adopted"\n'
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


def read(path: Path, progress: Progress) -> Adopted:
    """Return a foreign contract in the house layout; raises RefusedError."""
    notes = Notes()
    if not path.exists():
        raise RefusedError(Finding(Where(str(path), 1), "there is no such file", "name another"))
    files = Files(find_root(path), notes)
    progress(f"reading {path}")
    resolver = Resolver(files, notes, progress, reserved=errors.names())
    document = resolver.resolve()
    if files.findings:
        raise RefusedError(*sorted(set(files.findings)))
    root = files.source(files.root)
    version = document.get("openapi")
    notes.placed(document, Where(root.shown, 1))
    document = _ordered(document)
    notes.placed(document, Where(root.shown, 1))
    old_names = {
        name: pointer[-1]
        for (shape, _, pointer), name in resolver.names.items()
        if shape == "schema" and pointer[:1] == ("components",)
    }
    complete_mappings(document, old_names)
    complete(document, notes)
    progress("naming inline schemas")
    components = document["components"]
    schemas = components.setdefault("schemas", {}) if isinstance(components, dict) else {}
    Namer(schemas if isinstance(schemas, dict) else {}, notes).name_all(document)
    own = errors.declare(document, notes)
    repair(document, notes)
    facts = {
        "Source": f"OpenAPI {version}, {files.count} files, {files.size // 1000} kB",
        "Operations": len(list(operations(document))),
        "Schemas": len(schemas) if isinstance(schemas, dict) else 0,
    }
    progress(f"splitting {facts['Operations']} operations by tag")
    return Adopted(path.name, split(document, dict.fromkeys(own, errors.FILE)), notes, facts)


def _ordered(document: Object) -> Object:
    written = str(document.get("openapi"))
    document["openapi"] = written if written.startswith("3.1.") else "3.1.0"
    for key in ("$self", "jsonSchemaDialect"):
        document.pop(key, None)
    first = {key: document[key] for key in _MEMBERS if key in document}
    return {**first, **document}


def adopt(path: Path, into: Path, *, overwrite: bool, progress: Progress) -> list[str]:
    """Write a foreign contract to a folder; return what was written; raises RefusedError."""
    if (there := sorted(into.glob("*.yaml"))) and not overwrite:
        fix = "name another folder with --into, or replace the contract with --overwrite"
        raise RefusedError(Finding(Where(str(there[0]), 1), "there is a contract already", fix))
    adopted = read(path, progress)
    texts = {name: to_yaml(content) for name, content in adopted.files.items()}
    progress(f"writing {len(texts)} files")
    for old in there:
        old.unlink()
    into.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (into / name).write_text(text, encoding="utf-8", newline="\n")
    if not (into / FILE).exists():
        (into / FILE).write_text(_LEVELS, encoding="utf-8")
    lines = report(adopted.source, adopted.facts, adopted.notes, [])
    (into / NAME).write_text("\n".join(lines), encoding="utf-8")
    return [f"wrote {into / name}" for name in (*texts, FILE, NAME)]
