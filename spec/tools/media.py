"""Media types: how a body of one is read and written."""

import re

from spec.tools.contract import Node
from spec.tools.shapes import Shape

FORM, MULTIPART, JSON = (
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/json",
)


def bare(media_type: str) -> str:
    """Return a media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Tell whether a body of this type is JSON."""
    return re.fullmatch(r"[^/]+/([^/+]+\+)?json", bare(media_type)) is not None


def is_file(schema: Node) -> bool:
    """Tell whether a schema describes bytes."""
    shape = Shape.of(schema)
    return shape.text("format") == "binary" or shape.first("contentMediaType") is not None


def kind(media_type: str, content: Node) -> str:
    """Return how a body is read: `json`, `form`, `multipart`, `text` or `bytes`."""
    name, schema = bare(media_type), content.child("schema")
    if name in {FORM, MULTIPART}:
        return "form" if name == FORM else "multipart"
    is_range = name in {"*/*", "application/*"} and schema.exists and not is_file(schema)
    if is_json(name) or is_range:
        return "json"
    return "text" if name.startswith("text/") and not is_file(schema) else "bytes"
