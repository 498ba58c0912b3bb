"""OpenAPI 3.0 and 3.2 → 3.1, object by object; the wire stays the same."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from spec.adopt.notes import Notes
from spec.adopt.schemas import upgrade
from spec.tools.finding import Where
from spec.tools.load import Json

Object = dict[str, Json]

_NEWER = "New in OpenAPI 3.2"
_PROMISES = "Parts of OpenAPI 3.0"
# Members that only OpenAPI 3.2 has: kept for readers, without effect.
_ONLY_NEWER: Mapping[str, tuple[str, ...]] = {
    "media_type": ("itemSchema", "itemEncoding", "prefixEncoding"),
    "response": ("summary",),
    "security_scheme": ("deprecated", "oauth2MetadataUrl"),
}


def upgraded(shape: str, value: Object, minor: int, where: Where, notes: Notes) -> Object:
    """Return an object as OpenAPI 3.1 writes it."""

    def note(text: str) -> None:
        notes.changed(_PROMISES, where, text)

    if shape == "schema":
        return upgrade(value, minor, note)
    if shape == "media_type":
        value = _media_type(value, note)
    if shape == "response" and "$ref" not in value:
        value = _response(value, note)
    if minor == 2:
        value = _older(shape, value, where, notes)
    return value


def _media_type(value: Object, note: Callable[[str], None]) -> Object:
    """Give a single example a name, so that mock answers find it."""
    if "example" not in value:
        return value
    if "examples" in value:
        return {key: member for key, member in value.items() if key != "example"}
    note("`example` of a body is `examples`")
    named: Json = {"example": {"value": value["example"]}}
    return {
        ("examples" if key == "example" else key): named if key == "example" else member
        for key, member in value.items()
    }


def _response(value: Object, note: Callable[[str], None]) -> Object:
    if isinstance(value.get("description"), str):
        return value
    note("a response has to have a description; its summary or status is used")
    return {"description": "", **value} | {"description": str(value.get("summary") or "")}


def describe(responses: Object) -> None:
    """Give responses without any words the phrase of their status."""
    for status, response in responses.items():
        if isinstance(response, dict) and response.get("description") == "":
            known = status.isdigit() and int(status) in {item.value for item in HTTPStatus}
            response["description"] = HTTPStatus(int(status)).phrase if known else "Any other."


def _older(shape: str, value: Object, where: Where, notes: Notes) -> Object:
    kept = {
        (f"x-{key}" if key in _ONLY_NEWER.get(shape, ()) else key): member
        for key, member in value.items()
    }
    for key in value.keys() - kept.keys():
        notes.changed(_NEWER, where, f"`{key}` is kept as `x-{key}`, without effect")
    if shape == "media_type" and "itemSchema" in value and "schema" not in kept:
        kept["schema"] = {"type": "string"}
    if shape == "example" and "dataValue" in kept:
        kept["value"] = kept.pop("dataValue")
    if shape == "example" and "serializedValue" in kept:
        serialized = kept.pop("serializedValue")
        kept.setdefault("value", serialized)
    if shape == "path_item":
        _methods(kept, where, notes)
    if shape == "parameter" and kept.get("style") == "cookie":
        kept["style"] = "form"
        notes.changed(_NEWER, where, "the style cookie is form, as OpenAPI 3.1 has it")
    if shape == "parameter" and kept.get("in") == "querystring":
        text = "a parameter is the whole query, which OpenAPI 3.1 does not know; left out"
        notes.left(_NEWER, where, text)
    if shape == "security_scheme":
        flows = kept.get("flows")
        if isinstance(flows, dict) and "deviceAuthorization" in flows:
            kept["flows"] = {key: flow for key, flow in flows.items() if key[0] != "d"}
            notes.changed(_NEWER, where, "the flow deviceAuthorization is not in OpenAPI 3.1")
    return kept


def _methods(item: Object, where: Where, notes: Notes) -> None:
    """Keep operations of methods that OpenAPI 3.1 does not know, without effect."""
    for key in ("query", "additionalOperations"):
        if key in item:
            item[f"x-{key}"] = item.pop(key)
            text = (
                f"`{key}` is kept as `x-{key}`: OpenAPI 3.1 and the server do not know the method"
            )
            notes.left(_NEWER, where, text)
