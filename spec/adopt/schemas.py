"""Schema objects of OpenAPI 3.0 → JSON Schema 2020-12, as OpenAPI 3.1 uses it."""

import re
from collections.abc import Callable

from spec.rules.openapi import is_pattern
from spec.tools.load import Json

Schema = dict[str, Json]

_BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))
# What OpenAPI 3.0 ignores beside `$ref`, but says nothing about validity.
_ANNOTATIONS = {"description", "summary", "title", "deprecated", "example", "examples"}
_UNIONS = ("oneOf", "anyOf")
_HYPHEN = re.compile(r"(\\[dDsSwW])-")
_NAMES = {"$id", "$anchor", "$dynamicAnchor", "$schema"}


def upgrade(schema: Schema, minor: int, note: Callable[[str], None]) -> Schema:
    """Return the schema as OpenAPI 3.1 writes it; `note` is told each change of meaning kept.

    Documents of 3.1 are full of words of 3.0, too, and their authors mean what 3.0 does.
    """
    schema = _unnamed(schema, note)
    if "$ref" in schema and minor == 0:
        return _reference(schema, note)
    for exclusive, bound in _BOUNDS:
        _exclusive(schema, exclusive, bound, note)
    if schema.get("format") == "base64" and schema.get("type") == "string":
        note("`format: base64` is `format: byte`")
        schema = schema | {"format": "byte"}
    schema = _lists(_patterns(schema, note), note)
    if "example" in schema and minor == 0:
        note("`example` is a list, `examples`")
        schema = _renamed(schema, {"example": "examples"}) | {"examples": [schema["example"]]}
    if isinstance(schema.get("required"), bool):
        note("`required: true` in a schema means nothing; removed")
        schema = {key: value for key, value in schema.items() if key != "required"}
    if "nullable" in schema:
        is_nullable = schema["nullable"] is True
        schema = {key: value for key, value in schema.items() if key != "nullable"}
        if is_nullable:
            note("`nullable: true` is the type `null`")
            return _nullable(schema)
    return schema


def _unnamed(schema: Schema, note: Callable[[str], None]) -> Schema:
    """Leave out the names that only references need: those name components now."""
    for key in sorted(_NAMES & schema.keys()):
        note(f"`{key}` is kept as `x-{key[1:]}`: references name components")
        schema = _renamed(schema, {key: f"x-{key[1:]}"})
    return schema


def _patterns(schema: Schema, note: Callable[[str], None]) -> Schema:
    r"""Escape a hyphen that cannot be a range, such as that of `[\w-.]`."""
    pattern = schema.get("pattern")
    if not isinstance(pattern, str) or is_pattern(pattern):
        return schema
    escaped = _HYPHEN.sub(r"\1\-", pattern)
    if not is_pattern(escaped):
        return schema
    note(f"the pattern {pattern} is {escaped}, which every reader understands")
    return schema | {"pattern": escaped}


def _lists(schema: Schema, note: Callable[[str], None]) -> Schema:
    """Write lists as JSON Schema 2020-12 has them."""
    if isinstance(schema.get("items"), list):
        note("a list of `items` is `prefixItems`, and `additionalItems` is `items`")
        schema = _renamed(schema, {"items": "prefixItems", "additionalItems": "items"})
    required = schema.get("required")
    if isinstance(required, list) and len(set(map(str, required))) < len(required):
        note("`required` names a property twice; once is enough")
        schema = schema | {"required": list(dict.fromkeys(map(str, required)))}
    return schema


def _reference(schema: Schema, note: Callable[[str], None]) -> Schema:
    kept = {k: v for k, v in schema.items() if k == "$ref" or k in _ANNOTATIONS or k[:2] == "x-"}
    if "example" in kept:
        kept = _renamed(kept, {"example": "examples"}) | {"examples": [kept["example"]]}
    if schema.get("nullable") is True:
        note("`nullable: true` beside `$ref` is a union with `null`, as its author meant it")
        return {**{k: v for k, v in kept.items() if k != "$ref"}, **_union({"$ref": kept["$ref"]})}
    if ignored := sorted(schema.keys() - kept.keys() - {"nullable"}):
        note(f"OpenAPI 3.0 ignores {', '.join(ignored)} beside `$ref`; removed")
    return kept


def _union(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _exclusive(schema: Schema, exclusive: str, bound: str, note: Callable[[str], None]) -> None:
    if not isinstance(schema.get(exclusive), bool):
        return
    if schema.pop(exclusive) is True and bound in schema:
        schema[exclusive] = schema.pop(bound)
        note(f"`{exclusive}: true` is the bound itself")


def _nullable(schema: Schema) -> Schema:
    kind = schema.get("type")
    if isinstance(kind, str):
        schema = schema | {"type": [kind, "null"]}
    elif isinstance(kind, list) and "null" not in kind:
        schema = schema | {"type": [*kind, "null"]}
    elif kind is None and any(key in schema for key in (*_UNIONS, "allOf")):
        return _nullable_composite(schema)
    values = schema.get("enum")
    if isinstance(values, list) and None not in values:
        schema = schema | {"enum": [*values, None]}
    return schema


def _nullable_composite(schema: Schema) -> Schema:
    for key in _UNIONS:
        members = schema.get(key)
        if isinstance(members, list) and len(members) > 0 and "discriminator" not in schema:
            is_there = {"type": "null"} in members
            return schema | {key: members if is_there else [*members, {"type": "null"}]}
    members = schema.get("allOf")
    outside = {key: schema[key] for key in schema if key in _ANNOTATIONS or key == "default"}
    inside = {key: value for key, value in schema.items() if key not in outside}
    if isinstance(members, list) and len(members) == 1 and len(inside) == 1:
        only = members[0]
        inside = only if isinstance(only, dict) else inside
    return {**outside, **_union(inside)}


def _renamed(schema: Schema, names: dict[str, str]) -> Schema:
    return {names.get(key, key): value for key, value in schema.items()}
