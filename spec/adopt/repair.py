"""What many documents get wrong and every reader forgives."""

from spec.adopt.files import at, tokens
from spec.adopt.notes import Notes
from spec.rules.openapi import valid_openapi
from spec.tools.contract import Contract
from spec.tools.finding import Where
from spec.tools.load import Json
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
    _unknown_keys(document, notes)


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


def _unknown_keys(document: Object, notes: Notes) -> None:
    """Keep what OpenAPI does not know as extensions."""
    for _ in range(_PASSES):
        contract = Contract("", document, {(): Where("", 1)})
        unknown = [
            node
            for node, message, _ in valid_openapi(contract)
            if message.startswith(_UNKNOWN) and node.name
        ]
        if not unknown:
            return
        for node in unknown:
            holder = at(document, node.pointer[:-1])
            if not isinstance(holder, dict) or node.name not in holder:
                continue
            value = holder.pop(node.name)
            parents = [at(document, node.pointer[:size]) for size in range(len(node.pointer))]
            text = f"the key {node.name} means nothing here"
            if node.name.startswith("x-"):
                notes.changed(_TOPIC, notes.where(*reversed(parents)), f"{text}; removed")
            else:
                holder[f"x-{node.name}"] = value
                text = f"{text}; kept as x-{node.name}"
                notes.changed(_TOPIC, notes.where(*reversed(parents)), text)
