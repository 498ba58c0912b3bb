"""What many documents get wrong and every reader forgives."""

from spec.adopt.files import at, tokens
from spec.adopt.notes import Notes
from spec.rules.openapi import valid_openapi
from spec.tools.contract import Contract
from spec.tools.finding import Where
from spec.tools.load import Json, Pointer
from spec.tools.objects import walk

Object = dict[str, Json]

_TOPIC = "Not as the specification says"
_UNKNOWN = "not OpenAPI: unknown key "
_PASSES = 6
_IGNORED = {"accept", "content-type", "authorization"}


def repair(document: Object, notes: Notes) -> None:
    """Write what the specification demands and its author meant."""
    info = document.get("info")
    if isinstance(info, dict) and not isinstance(info.get("version"), str):
        info["version"] = str(info.get("version", "1.0"))
        notes.changed(_TOPIC, notes.where(document), f"the version is the text {info['version']}")
    for shape, value, _ in walk("document", document):
        if shape in {"operation", "path_item"} and isinstance(value, dict):
            _ignored_headers(value, document, notes)
        if shape != "parameter" or not isinstance(value, dict) or value.get("in") != "path":
            continue
        if value.get("required") is not True:
            value["required"] = True
            text = f"the path parameter {value.get('name')} is required, as all of them are"
            notes.changed(_TOPIC, notes.where(value), text)
    _licence(info, notes)
    _wrong_members(document, notes)


def _licence(info: Json, notes: Notes) -> None:
    """Leave a licence with two names that of SPDX."""
    licence = info.get("license") if isinstance(info, dict) else None
    if isinstance(licence, dict) and {"identifier", "url"} <= licence.keys():
        licence["x-url"] = licence.pop("url")
        text = "a license has an identifier or a url; the url is kept as x-url"
        notes.changed(_TOPIC, notes.where(licence, info), text)


def _ignored_headers(holder: Object, document: Object, notes: Notes) -> None:
    """Remove the parameters that OpenAPI ignores: other parts of the contract say the same."""
    parameters = holder.get("parameters")
    kept: list[Json] = []
    for written in parameters if isinstance(parameters, list) else ():
        reference = str(written.get("$ref", "")) if isinstance(written, dict) else ""
        found = at(document, tokens(reference.partition("#")[2])) if reference else written
        name = str(found.get("name")) if isinstance(found, dict) else ""
        if isinstance(found, dict) and found.get("in") == "header" and name.lower() in _IGNORED:
            text = f"OpenAPI ignores the header parameter {name}; removed"
            notes.changed(_TOPIC, notes.where(found, holder), text)
        else:
            kept.append(written)
    if isinstance(parameters, list) and len(kept) < len(parameters):
        holder["parameters"] = kept


def _wrong_members(document: Object, notes: Notes) -> None:
    """Keep what OpenAPI does not know, and keywords with a wrong value, as extensions."""
    for _ in range(_PASSES):
        contract = Contract("", document, {(): Where("", 1)})
        schemas = {pointer for shape, _, pointer in walk("document", document) if shape == "schema"}
        wrong = {
            node.pointer if is_unknown else _keyword(node.pointer, schemas): is_unknown
            for node, message, _ in valid_openapi(contract)
            if (is_unknown := message.startswith(_UNKNOWN)) or _keyword(node.pointer, schemas)
        }
        moved = [_move(document, pointer, notes, unknown=wrong[pointer]) for pointer in wrong]
        if not any(moved):
            return


def _keyword(pointer: Pointer, schemas: set[Pointer]) -> Pointer:
    """Return the keyword of a schema that a value belongs to; nothing if it belongs to none."""
    while pointer and pointer[:-1] not in schemas:
        pointer = pointer[:-1]
    return pointer


def _move(document: Object, pointer: Pointer, notes: Notes, *, unknown: bool) -> bool:
    """Make a member an extension; tell whether it was there."""
    holder, name = at(document, pointer[:-1]), pointer[-1] if pointer else ""
    if not isinstance(holder, dict) or name not in holder:
        return False
    value = holder.pop(name)
    parents = [at(document, pointer[:size]) for size in range(len(pointer))]
    where = notes.where(*reversed(parents))
    if not name.startswith("x-"):
        holder[f"x-{name}"] = value
    kept = "removed" if name.startswith("x-") else f"kept as x-{name}"
    if unknown:
        notes.changed(_TOPIC, where, f"the key {name} means nothing here; {kept}")
    else:
        text = f"{name} has a value that is not allowed; {kept}: it has no effect"
        notes.left(_TOPIC, where, text)
    return True
