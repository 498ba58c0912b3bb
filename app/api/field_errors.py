"""Converts errors of Pydantic to field errors in terms of JSON and HTTP."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic_core import PydanticKnownError

from app.core.exceptions import FieldError

_MAX_POINTER = 1000
_MESSAGES: Mapping[str, str] = {
    "dict_type": "Input should be an object",
    "model_attributes_type": "Input should be an object",
    "model_type": "Input should be an object",
    "list_type": "Input should be an array",
    "none_required": "Input should be null",
    "union_tag_invalid": "The member {discriminator} should be one of {expected_tags}",
    "union_tag_not_found": "The member {discriminator} is required",
}
_LENGTHS = {"too_short", "too_long"}


def to_field_error(detail: Mapping[str, Any], body: object) -> FieldError:
    """Convert an error of Pydantic; `body` is what the client sent."""
    location, *path = detail["loc"]
    kind, message = _describe(detail)
    code = kind.replace("_", "-")
    if location == "body":
        return FieldError(location="body", pointer=_pointer(path, body), code=code, detail=message)
    return FieldError(location=location, name=str(path[0]), code=code, detail=message)


def _describe(detail: Mapping[str, Any]) -> tuple[str, str]:
    """Return the code of an error, and a description in terms of the contract."""
    kind, message, context = detail["type"], detail["msg"], detail.get("ctx", {})
    if kind in _LENGTHS and context["field_type"] == "Value":
        # The length of a secret string; it is checked outside of the string.
        error = PydanticKnownError(cast("Any", f"string_{kind}"), context)
        return error.type, error.message()
    if kind in _LENGTHS:
        return kind, message.replace("List", "Array", 1).replace(" after validation", "")
    return kind, _MESSAGES[kind].format_map(context) if kind in _MESSAGES else message


def _pointer(path: Sequence[str | int], body: object) -> str:
    """Return the JSON Pointer (RFC 6901) of a place in the body, without union branches.

    If the keys are too long for a pointer, it points at the enclosing object.
    """
    parts = []
    for index, part in enumerate(path):
        known = part in body if isinstance(body, dict) else isinstance(part, int)
        if not known and index < len(path) - 1:
            continue
        parts.append(str(part).replace("~", "~0").replace("/", "~1"))
        body = cast("Any", body)[part] if known and isinstance(body, dict | list) else None
    pointer = "".join(f"/{part}" for part in parts)
    while len(pointer) > _MAX_POINTER:
        pointer = pointer.rpartition("/")[0]
    return pointer
