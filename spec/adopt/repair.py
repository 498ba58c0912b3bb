"""What many documents get wrong and every reader forgives."""

from spec.adopt.files import at
from spec.adopt.notes import Notes
from spec.adopt.parameters import repair_parameters
from spec.rules.openapi import valid_openapi
from spec.tools.contract import Contract
from spec.tools.finding import Where
from spec.tools.load import Json, Pointer
from spec.tools.objects import shape_of, walk

Object = dict[str, Json]

_TOPIC = "Not as the specification says"
_UNKNOWN = "not OpenAPI: unknown key "
_PASSES = 6
_DATA = {"default", "const", "example", "value", "dataValue"}


def repair(document: Object, notes: Notes) -> None:
    """Write what the specification demands and its author meant."""
    info = document.setdefault("info", {})
    if isinstance(info, dict):
        document["info"] = info = {key: it for key, it in info.items() if it is not None}
    for key, otherwise in (("title", "API"), ("version", "1.0")):
        if isinstance(info, dict) and not isinstance(info.get(key), str):
            info[key] = str(info.get(key, otherwise))
            notes.changed(_TOPIC, notes.where(document), f"the {key} is the text {info[key]}")
    repair_parameters(document, notes)
    _licence(info, notes)
    _wrong_members(document, notes)


def without_nulls(document: Object, notes: Notes) -> None:
    """Leave out members without a value; a schema, a response and so on without one is empty."""
    for shape, value, _ in walk("document", document):
        for key, member in [*value.items()] if isinstance(value, dict) and shape else ():
            if not isinstance(value, dict) or key in _DATA or key.startswith("x-"):
                continue
            inner = shape_of(shape, key)
            if member is None:
                del value[key]
                text = f"{key} has no value; removed"
                notes.changed(_TOPIC, notes.where(value, document), text)
            elif inner.endswith("{}") and isinstance(member, dict):
                empty: Object = {"description": ""} if inner == "response{}" else {}
                value[key] = {n: {**empty} if it is None else it for n, it in member.items()}
            elif inner.endswith("[]") and isinstance(member, list):
                value[key] = [it for it in member if it is not None]


def _licence(info: Json, notes: Notes) -> None:
    """Leave a licence with two names that of SPDX."""
    licence = info.get("license") if isinstance(info, dict) else None
    if isinstance(licence, dict) and {"identifier", "url"} <= licence.keys():
        licence["x-url"] = licence.pop("url")
        text = "a license has an identifier or a url; the url is kept as x-url"
        notes.changed(_TOPIC, notes.where(licence, info), text)


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
