"""Parameters that documents leave out, or that the contract has no use for."""

import re
from collections.abc import Iterator, Mapping

from spec.adopt.files import at, tokens
from spec.adopt.notes import Notes
from spec.adopt.operations import operations
from spec.tools.contract import METHODS
from spec.tools.load import Json
from spec.tools.objects import walk

Object = dict[str, Json]

_TOPIC = "Not as the specification says"
_IGNORED = {"accept", "content-type", "authorization"}


def repair_parameters(document: Object, notes: Notes) -> None:
    """Declare what paths name, and leave out what nothing reads."""
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        holders = [item.get(method) for method in METHODS] if isinstance(item, dict) else []
        for holder in (item, *holders):
            if isinstance(holder, dict):
                _leave_out(path, holder, document, notes)
    for shape, value, _ in walk("document", document):
        if shape in {"parameter", "header"} and isinstance(value, dict) and "$ref" not in value:
            _complete(shape, value, notes)
    _declare(document, notes)


def _leave_out(path: str, holder: Object, document: Object, notes: Notes) -> None:
    """Remove the parameters that have no effect here."""
    written = holder.get("parameters")
    kept: list[Json] = []
    for entry, found in _parameters(holder, document):
        reason = _reason(path, found)
        if reason:
            notes.changed(_TOPIC, notes.where(found, holder), f"{reason}; removed")
        else:
            kept.append(entry)
    if isinstance(written, list) and len(kept) < len(written):
        holder["parameters"] = kept


def _reason(path: str, parameter: Mapping[str, Json]) -> str:
    """Return why a parameter has no effect; nothing if it has one."""
    name, place = str(parameter.get("name")), parameter.get("in")
    if place == "header" and name.lower() in _IGNORED:
        return f"OpenAPI ignores the header parameter {name}"
    if place == "path" and name not in _names(path):
        return f"{path} does not name the parameter {name}"
    return "OpenAPI 3.1 does not know the place querystring" if place == "querystring" else ""


def _complete(shape: str, value: Object, notes: Notes) -> None:
    if not {"schema", "content"} & value.keys():
        value["schema"] = {}
        text = f"the {shape} {value.get('name', '')} has no schema, so it may be anything"
        notes.changed(_TOPIC, notes.where(value), text)
    if shape == "parameter" and value.get("in") == "path" and value.get("required") is not True:
        value["required"] = True
        text = f"the path parameter {value.get('name')} is required, as all of them are"
        notes.changed(_TOPIC, notes.where(value), text)


def _declare(document: Object, notes: Notes) -> None:
    """Declare the parameters that a path names and its operations do not."""
    for operation in operations(document):
        declared = {
            found.get("name")
            for holder in (operation.item, operation.node)
            for _, found in _parameters(holder, document)
            if found.get("in") == "path"
        }
        for name in (it for it in _names(operation.path) if it not in declared):
            own = operation.node.setdefault("parameters", [])
            if isinstance(own, list):
                schema: Json = {"type": "string"}
                own.append({"name": name, "in": "path", "required": True, "schema": schema})
            text = f"{operation.path} names {name}, which is a string now: say what it may be"
            notes.left(_TOPIC, notes.where(operation.node, operation.item), text)


def _parameters(holder: Object, document: Object) -> Iterator[tuple[Json, Object]]:
    """Yield each parameter as it is written, and what it is."""
    written = holder.get("parameters")
    for entry in written if isinstance(written, list) else ():
        reference = str(entry.get("$ref", "")) if isinstance(entry, dict) else ""
        found = at(document, tokens(reference.partition("#")[2])) if reference else entry
        yield entry, found if isinstance(found, dict) else {}


def _names(path: str) -> list[str]:
    return re.findall(r"\{([^{}]*)\}", path)
