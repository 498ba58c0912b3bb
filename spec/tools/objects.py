"""Which members of an OpenAPI object are OpenAPI objects themselves; anything else is data."""

from collections.abc import Iterator, Mapping

from spec.tools.contract import METHODS
from spec.tools.load import Json, Pointer

# `x` is one object, `x{}` a map of names to objects, `x[]` a list of objects.
_HOLDER = {"schema": "schema", "content": "media_type{}", "examples": "example{}"}
_ONE_SCHEMA = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
    *("unevaluatedItems", "unevaluatedProperties", "contentSchema", "additionalItems"),
)
_SCHEMAS = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
_SCHEMA_LISTS = ("allOf", "oneOf", "anyOf", "prefixItems")

COMPONENTS: Mapping[str, str] = {
    "schemas": "schema",
    "responses": "response",
    "parameters": "parameter",
    "examples": "example",
    "requestBodies": "request_body",
    "headers": "header",
    "securitySchemes": "security_scheme",
    "links": "link",
    "callbacks": "callback",
    "pathItems": "path_item",
    "mediaTypes": "media_type",
}
KINDS: Mapping[str, str] = {shape: kind for kind, shape in COMPONENTS.items()}

_SHAPES: Mapping[str, Mapping[str, str]] = {
    "document": {"paths": "path_item{}", "webhooks": "path_item{}", "components": "components"},
    "components": {kind: f"{shape}{{}}" for kind, shape in COMPONENTS.items()},
    "path_item": {
        **dict.fromkeys((*METHODS, "query"), "operation"),
        "additionalOperations": "operation{}",
        "parameters": "parameter[]",
    },
    "operation": {
        "parameters": "parameter[]",
        "requestBody": "request_body",
        "responses": "response{}",
        "callbacks": "callback{}",
    },
    "parameter": _HOLDER,
    "header": _HOLDER,
    "request_body": {"content": "media_type{}"},
    "response": {"headers": "header{}", "content": "media_type{}", "links": "link{}"},
    "media_type": {
        "schema": "schema",
        "itemSchema": "schema",
        "examples": "example{}",
        "encoding": "encoding{}",
    },
    "encoding": {"headers": "header{}"},
    "schema": {
        **dict.fromkeys(_ONE_SCHEMA, "schema"),
        **dict.fromkeys(_SCHEMAS, "schema{}"),
        **dict.fromkeys(_SCHEMA_LISTS, "schema[]"),
    },
}


def shape_of(shape: str, key: str) -> str:
    """Return the shape of a member, or an empty string for data."""
    if shape.endswith(("{}", "[]")):
        return "" if shape == "path_item{}" and key.startswith("x-") else shape[:-2]
    if shape == "callback":
        return "" if key.startswith("x-") else "path_item"
    return _SHAPES.get(shape, {}).get(key, "")


def parts(shape: str, value: Json, at: Pointer = ()) -> Iterator[tuple[str, Json, Pointer]]:
    """Yield the OpenAPI objects right below one, with their shapes and pointers."""
    for key, member in value.items() if isinstance(value, dict) else ():
        inner = shape_of(shape, key)
        if inner.endswith("{}") and isinstance(member, dict):
            for name, entry in member.items():
                yield shape_of(inner, name), entry, (*at, key, name)
        elif inner.endswith("[]") and isinstance(member, list):
            for index, entry in enumerate(member):
                yield inner[:-2], entry, (*at, key, str(index))
        elif inner and inner[-1] not in "}]":
            yield inner, member, (*at, key)


def walk(shape: str, value: Json, at: Pointer = ()) -> Iterator[tuple[str, Json, Pointer]]:
    """Yield an OpenAPI object and all below it, the outer ones first."""
    yield shape, value, at
    for inner, part, pointer in parts(shape, value, at):
        yield from walk(inner, part, pointer)
