"""What the house layout has each operation say: its id, its tag and who may call it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from spec.adopt.files import at, tokens
from spec.adopt.names import file_stem, operation_id, pick
from spec.adopt.notes import Notes
from spec.adopt.upgrade import describe
from spec.tools.contract import METHODS
from spec.tools.entries import scheme_kind
from spec.tools.load import Json
from spec.tools.names import snake
from spec.tools.objects import walk

Object = dict[str, Json]

READ_SCHEMES = {
    "oauth2",
    "openIdConnect",
    "http bearer",
    "http basic",
    "apiKey",  # part api_keys
}
"""Kinds of security schemes that the application has a reader for: `SchemeKind` there."""
_PREFIX = re.compile(r"api|rest|v?[0-9]+([._-][0-9]+)*", re.IGNORECASE)
_SERVED = {"get", "put", "post", "delete", "patch"}


@dataclass(frozen=True)
class Operation:
    """An operation of the document that is being made."""

    method: str
    path: str
    node: Object
    item: Object


class Taken(Protocol):
    """What a contract beside takes."""

    @property
    def operation_ids(self) -> frozenset[str]:
        """Return the ids, as snake case."""

    @property
    def tags(self) -> frozenset[str]:
        """Return the names of tags."""


def operations(document: Object) -> Iterator[Operation]:
    """Yield the operations in order."""
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method, node in list(item.items()) if isinstance(item, dict) else ():
            if method in METHODS and isinstance(node, dict) and isinstance(item, dict):
                yield Operation(method, path, node, item)


def complete(document: Object, notes: Notes, taken: Taken) -> None:
    """Write into each operation what it leaves to defaults."""
    _empty_paths(document, notes)
    _own_methods(document, notes)
    _operation_ids(document, notes, set(taken.operation_ids))
    _tags(document, notes, taken.tags)
    _security(document, notes)
    _schemes(document, notes)
    _servers(document, notes)
    _links(document)
    _xml_bodies(document, notes)
    _successes(document, notes)
    for shape, value, _ in walk("document", document):
        responses = value.get("responses") if isinstance(value, dict) else None
        if shape in {"operation", "components"} and isinstance(responses, dict):
            describe(responses)


def _empty_paths(document: Object, notes: Notes) -> None:
    """Leave out paths without an operation: nothing is served there."""
    paths = document.get("paths")
    used = {operation.path for operation in operations(document)}
    for path in [*paths] if isinstance(paths, dict) else ():
        if isinstance(paths, dict) and path not in used and not path.startswith("x-"):
            where = notes.where(paths.pop(path), document)
            notes.changed("Paths without operations", where, f"{path} has no operation; removed")


def _successes(document: Object, notes: Notes) -> None:
    """Declare a success where an operation declares errors alone."""
    for operation in operations(document):
        responses = operation.node.setdefault("responses", {})
        if not isinstance(responses, dict) or any(key[:1] in "123d" for key in responses):
            continue
        operation.node["responses"] = {"200": {"description": ""}, **responses}
        text = (
            f"{operation.method.upper()} {operation.path} declares no success; "
            "it has a 200 without a body now: describe what it answers"
        )
        notes.left("Operations without a success", notes.where(operation.node), text)


def _own_methods(document: Object, notes: Notes) -> None:
    """Leave HEAD beside GET to the server; other methods need a route by hand."""
    for operation in list(operations(document)):
        if operation.method in _SERVED:
            continue
        where, name = notes.where(operation.node, operation.item), operation.method.upper()
        if operation.method == "head" and "get" in operation.item:
            del operation.item["head"]
            text = f"HEAD {operation.path} is not written: the server answers it like GET"
            notes.changed("Methods", where, text)
        elif "x-manual-route" not in operation.node:
            operation.node["x-manual-route"] = True
            text = f"{name} {operation.path} is marked x-manual-route: write the route by hand"
            notes.left("Methods", where, text)


def _operation_ids(document: Object, notes: Notes, taken: set[str]) -> None:
    for operation in operations(document):
        old = operation.node.get("operationId")
        wanted = old if isinstance(old, str) and old else ""
        wanted = wanted or operation_id(operation.method, operation.path)
        new = wanted
        while not snake(new) or snake(new) in taken:
            new = pick(wanted, {new, wanted}, "" if snake(wanted) else operation.method)
        taken.add(snake(new))
        if new == old:
            continue
        where = notes.where(operation.node, operation.item)
        what = f"the operationId {old} is taken, so it is" if old else "the operationId is"
        text = f"{operation.method.upper()} {operation.path}: {what} {new}"
        notes.changed("Operations named", where, text)
        _put_first(operation.node, "operationId", new)


def _put_first(node: Object, key: str, value: Json) -> None:
    rest = {name: member for name, member in node.items() if name != key}
    node.clear()
    node.update({key: value, **rest})


def _tags(document: Object, notes: Notes, taken: frozenset[str]) -> None:
    """Give each operation a tag, and declare the tags in the order of their use."""
    declared = document.get("tags")
    known = [tag for tag in declared if isinstance(tag, dict)] if isinstance(declared, list) else []
    by_name = {str(tag.get("name")): tag for tag in known}
    stems = {file_stem(name): name for name in reversed(by_name)}
    used: dict[str, None] = {}
    for operation in operations(document):
        tags = operation.node.get("tags")
        names = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
        where = notes.where(operation.node, operation.item)
        if not names:
            stem = file_stem(_segment(operation.path))
            names = [stems.setdefault(stem, stem)]
            text = f"{operation.method.upper()} {operation.path} has the tag {names[0]}"
            notes.changed("Operations without a tag", where, text)
            operation.node["tags"] = list[Json](names)
        used |= dict.fromkeys(names)
        for name in names:
            by_name.setdefault(name, {"name": name})
    for name in [name for name in by_name if name not in used]:
        notes.changed("Tags", notes.where(document), f"no operation has the tag {name}; removed")
        del by_name[name]
    for tag in by_name.values():
        if not tag.get("description"):
            tag["description"] = str(tag.get("summary") or f"{tag['name']}.")
        tag.setdefault("x-additional-query", True)
    for name in sorted(by_name.keys() & taken):
        new = pick(name, {*by_name, *taken}, "_")
        text = f"the tag {name} is taken, so it is {new}"
        notes.changed("Tags", notes.where(by_name[name], document), text)
        _rename_tag(document, by_name, name, new)
    document["tags"] = list(by_name.values())


def _rename_tag(document: Object, tags: dict[str, Object], old: str, new: str) -> None:
    """Give a tag another name, since the contract beside has one of this name."""
    tags[old]["name"] = new
    for operation in operations(document):
        names = operation.node.get("tags")
        if isinstance(names, list):
            operation.node["tags"] = [new if name == old else name for name in names]


def _segment(path: str) -> str:
    """Return the first segment of a path that names something: no prefix and no version."""
    literals = [part for part in path.split("/") if snake(part) and "{" not in part]
    return next((part for part in literals if not _PREFIX.fullmatch(part)), "general")


def _security(document: Object, notes: Notes) -> None:
    """Write the default of the document into each operation that relies on it."""
    default = document.pop("security", [])
    count = 0
    for operation in operations(document):
        if "security" not in operation.node:
            operation.node["security"] = [*default] if isinstance(default, list) else []
            count += 1
    if count and default:
        text = f"the security of the whole document is written into {count} operations"
        notes.changed("Security", notes.where(document), text)


def _schemes(document: Object, notes: Notes) -> None:
    """Describe the security schemes that operations require and the document lacks."""
    components = document["components"]
    known = components.get("securitySchemes") if isinstance(components, dict) else None
    known = known if isinstance(known, dict) else {}
    for operation in operations(document):
        written = operation.node.get("security")
        asked = [it for it in written if isinstance(it, dict)] if isinstance(written, list) else []
        for name in [name for it in asked for name in it]:
            if name not in known and isinstance(components, dict):
                known[name] = {"type": "apiKey", "in": "header", "name": name}
                components["securitySchemes"] = known
                text = (
                    f"the security scheme {name} is not described, so that it is an API key in "
                    f"the header {name} now: correct it"
                )
                notes.left("Security", notes.where(operation.node), text)
    for name, scheme in known.items():
        if not isinstance(scheme, dict):
            continue
        kind = scheme_kind(str(scheme.get("type")), str(scheme.get("scheme")))
        if kind not in READ_SCHEMES:
            text = (
                f"the application has no reader for the security scheme {name} ({kind}): add one "
                "to READERS in app/api/request/security.py"
            )
            notes.left("Security", notes.where(scheme), text)


def _servers(document: Object, notes: Notes) -> None:
    """Keep the servers of single operations for readers: the application serves one prefix."""
    for operation in operations(document):
        for holder in (operation.item, operation.node):
            if "servers" in holder:
                holder["x-servers"] = holder.pop("servers")
                text = (
                    f"{operation.path} has servers of its own, kept as x-servers: "
                    "every path is served below the prefix of the first server"
                )
                notes.left("Servers", notes.where(holder), text)


def _xml_bodies(document: Object, notes: Notes) -> None:
    """Say which bodies the server does not read."""
    for shape, value, _ in walk("document", document):
        content = value.get("content") if isinstance(value, dict) else None
        if shape != "request_body" or not isinstance(content, dict):
            continue
        for media_type in (it for it in content if "xml" in it):
            text = (
                f"a body of {media_type} is judged by its schema, and reaches the service as it "
                "was sent: read it there, or leave the media type out"
            )
            notes.left("Bodies that are not read", notes.where(value), text)


def _links(document: Object) -> None:
    """Let links name operations by their ids."""
    for shape, value, _ in walk("document", document):
        reference = value.get("operationRef") if isinstance(value, dict) else None
        if shape == "link" and isinstance(value, dict) and isinstance(reference, str):
            target = at(document, tokens(reference.partition("#")[2]))
            name = target.get("operationId") if isinstance(target, dict) else None
            if name and reference.startswith("#"):
                del value["operationRef"]
                _put_first(value, "operationId", name)
