"""Rules about the size of request bodies."""

from collections.abc import Iterator

from spec.tools.contract import Endpoint, Node

Breaches = Iterator[tuple[Node, str, str]]

MAX_BODY_BYTES = 65_536
"""The default of the setting of this name, which spec/ does not import; a test compares them."""
_EXTENSION = "x-max-body-bytes"
_SMALLEST = {"string": 2, "boolean": 4, "null": 4, "integer": 1, "number": 1}


def reachable_sizes(endpoint: Endpoint) -> Breaches:
    """A bound above the largest body is never reached: the server refuses such a body with 413."""
    stated = endpoint.extensions().get(_EXTENSION)
    limit = stated.value if stated is not None else MAX_BODY_BYTES
    if not isinstance(limit, int):
        return  # O006 refuses it
    for media_type, content in endpoint.node.get("requestBody").get("content").entries():
        is_json = media_type.partition(";")[0].endswith("json")
        for schema in _reached(content.child("schema"), set()):
            yield from _too_large(endpoint, schema, limit, is_json=is_json)


def _too_large(endpoint: Endpoint, schema: Node, limit: int, *, is_json: bool) -> Breaches:
    """Yield the bounds of one schema whose smallest value has more bytes than a body may have."""
    longest, most = schema.child("maxLength"), schema.child("maxItems")
    quotes = 2 if is_json else 0
    where = f"a body of {endpoint.operation_id} may hold {limit} bytes"
    if isinstance(longest.value, int) and longest.value + quotes > limit:
        fix = f"write {limit - quotes} or less, or raise {_EXTENSION} of the operation"
        yield longest, f"{where}, and no string of {longest.value} characters", fix
    each = _smallest(schema.get("items"), set()) + 1  # a comma, or a bracket
    if is_json and isinstance(most.value, int) and most.value * each + 1 > limit:
        fix = f"write {(limit - 1) // each} or less, or raise {_EXTENSION} of the operation"
        yield most, f"{where}, and no array of {most.value} items", fix


def _reached(node: Node, seen: set[str]) -> Iterator[Node]:
    """Yield a schema and all schemas below it, each component once."""
    if name := node.schema_name:
        if name not in seen:
            seen.add(name)
            yield from _reached(node.follow(), seen)
        return
    if not isinstance(node.value, dict):
        return
    yield node
    for key in ("items", "additionalProperties"):
        yield from _reached(node.child(key), seen)
    for key in ("properties", "oneOf", "anyOf", "allOf", "prefixItems"):
        for _, part in node.child(key).entries():
            yield from _reached(part, seen)


def _smallest(schema: Node, outer: set[tuple[str, ...]]) -> int:
    """Return how many bytes every value of a schema has in JSON, at least."""
    if schema.pointer in outer or any(schema.has(key) for key in ("oneOf", "anyOf", "allOf")):
        return 1
    inner = {*outer, schema.pointer}
    return min((_of_type(schema, kind, inner) for kind in schema.strings("type")), default=1)


def _of_type(schema: Node, kind: str, outer: set[tuple[str, ...]]) -> int:
    if kind == "object":
        properties = schema.get("properties")
        members = (
            len(name) + 4 + _smallest(properties.get(name), outer)  # quotes, colon, comma or brace
            for name in schema.strings("required")
        )
        return max(2, 1 + sum(members))
    least = schema.child("minItems" if kind == "array" else "minLength").value
    least = least if isinstance(least, int) else 0
    if kind == "array":
        return max(2, 1 + least * (_smallest(schema.get("items"), outer) + 1))
    return _SMALLEST.get(kind, 1) + (least if kind == "string" else 0)


def limits_of_bodies(endpoint: Endpoint) -> Breaches:
    """A limit of the body has no effect without a body, which is probably missing."""
    node = endpoint.node.child(_EXTENSION)
    if node.exists and not endpoint.node.has("requestBody"):
        what = f"{endpoint.operation_id} has {_EXTENSION} and no requestBody"
        yield node, what, "remove it, or add the requestBody"
