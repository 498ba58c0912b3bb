"""Schemas of the contract as text: a type as a phrase, an object's members as a table."""

import json
from collections.abc import Iterator

from docs.tools.markdown import table
from spec.tools.contract import Node

# Lower and upper bound in one phrase, if both exist.
_RANGES = {
    ("minLength", "maxLength"): "{} to {} characters",
    ("minItems", "maxItems"): "{} to {} entries",
    ("minimum", "maximum"): "{} to {}",
}
_BOUNDS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "minLength": "{} or more characters",
    "maxLength": "at most {} characters",
    "minItems": "{} or more entries",
    "maxItems": "at most {} entries",
    "multipleOf": "multiple of {}",
    "pattern": "matches `{}`",
    "default": "default `{}`",
}


def kind(schema: Node) -> str:
    """Return the type of a value, without its bounds."""
    node = schema.follow()
    if node.has("const"):
        return f"`{_json(node.child('const'))}`"
    if node.has("enum"):
        return " or ".join(f"`{_json(entry)}`" for _, entry in node.get("enum").entries())
    for key in ("oneOf", "anyOf", "allOf"):
        if node.has(key):
            return (" and " if key == "allOf" else " or ").join(
                kind(entry) for _, entry in node.get(key).entries()
            )
    types = node.strings("type")
    if "array" in types:
        return f"array of {kind(node.child('items'))}"
    if "object" in types and schema.schema_name:
        return f"`{schema.schema_name}`"
    form = node.text("format")
    return " or ".join(f"{name} ({form})" if form and name != "null" else name for name in types)


def bounds(schema: Node) -> str:
    """Return the bounds of a value, in the order of the contract."""
    found = {
        key: _json(node)
        for key, node in (*schema.follow().entries(), *schema.entries())
        if key in _BOUNDS
    }
    parts = [
        text.format(found.pop(low), found.pop(high))
        for (low, high), text in _RANGES.items()
        if low in found and high in found
    ]
    return ", ".join(
        [*parts, *(_BOUNDS[key].format(found[key]) for key in _BOUNDS if key in found)]
    )


def describe(schema: Node) -> str:
    """Return type and bounds."""
    return ", ".join(part for part in (kind(schema), bounds(schema)) if part)


def members(schema: Node) -> str:
    """Return tables of an object's members, and of the objects in them."""
    parts = []
    for name, node in objects(schema, {}).items():
        required = node.strings("required")
        rows = [
            (
                f"`{key}`",
                describe(value),
                "yes" if key in required else "",
                value.text("description") or value.follow().text("description"),
            )
            for key, value in node.get("properties").entries()
        ]
        fields = table(("Field", "Type", "Required", "Meaning"), rows)
        parts.append(f"`{name}`: {node.text('description')}\n\n{fields}" if name else fields)
    return "\n\n".join(part for part in parts if part)


def objects(schema: Node, found: dict[str, Node]) -> dict[str, Node]:
    """Return every object below a schema by its name, each once."""
    node = schema.follow()
    if node.has("properties") and schema.schema_name not in found:
        found[schema.schema_name] = node
        for _, value in node.get("properties").entries():
            objects(value, found)
    for part in _inner(node):
        objects(part, found)
    return found


def _inner(node: Node) -> Iterator[Node]:
    if node.has("items"):
        yield node.child("items")
    for key in ("oneOf", "anyOf", "allOf"):
        for _, entry in node.get(key).entries():
            yield entry


def _json(node: Node) -> str:
    return node.value if isinstance(node.value, str) else json.dumps(node.value)
