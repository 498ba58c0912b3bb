"""Rules about the structure of schemas."""

import re
from collections.abc import Iterator

from spec.rules.catalogue import Schema
from spec.tools.contract import Node
from spec.tools.finding import closest
from spec.tools.load import Json

Breaches = Iterator[tuple[Node, str, str]]

_KEYWORDS = {
    *("$ref", "type", "enum", "const", "format", "title", "description", "default", "deprecated"),
    *("example", "examples", "readOnly", "writeOnly", "contentMediaType", "contentEncoding"),
    *("minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum"),
    *("exclusiveMaximum", "multipleOf", "items", "minItems", "maxItems", "properties", "required"),
    *("additionalProperties", "oneOf", "anyOf", "allOf", "discriminator", "xml", "externalDocs"),
    *("uniqueItems", "contains", "minContains", "maxContains", "prefixItems", "unevaluatedItems"),
    *("minProperties", "maxProperties", "patternProperties", "propertyNames", "dependentRequired"),
    *("dependentSchemas", "unevaluatedProperties", "if", "then", "else", "not", "contentSchema"),
    "$comment",
}
_FIXES = {
    "nullable": 'write type: [string, "null"], or anyOf with {type: "null"}',
    "definitions": "make the schemas components",
    "$defs": "make the schemas components",
    "$id": "name schemas as components",
    "$anchor": "name schemas as components",
    "additionalItems": "write prefixItems and items",
}
_COMBINED = ("oneOf", "anyOf", "allOf")


def closed_requests(schema: Schema) -> Breaches:
    """A misspelt field is refused, not lost; responses stay open so that they can grow."""
    node = schema.node
    if not schema.in_request or schema.lenient or "object" not in schema.types:
        return
    if not node.child("additionalProperties").exists:
        yield node, "a request accepts unknown fields", "add additionalProperties: false"
    elif node.child("additionalProperties").value is not False and node.has("properties"):
        yield node, "a request mixes known and unknown fields", "put the latter into one field"


def bounded_arrays(schema: Schema) -> Breaches:
    """Without a bound one request or response can be of any size."""
    if "array" in schema.types and not schema.node.has("maxItems"):
        yield schema.node, "the array has no maxItems", "add maxItems"


def no_default_on_enum_component(schema: Schema) -> Breaches:
    """It would apply wherever the enum is used: a PATCH would silently reset the field."""
    if schema.is_component and schema.node.has("enum") and schema.node.has("default"):
        fix = "move it beside the $ref of the field that has it"
        yield schema.node.child("default"), "a default on an enum component", fix


def known_keywords(schema: Schema) -> Breaches:
    """JSON Schema ignores what it does not know: a misspelt `required` would demand nothing."""
    for key, node in schema.node.entries():
        if key not in _KEYWORDS and not key.startswith("x-"):
            fix = _FIXES.get(key) or closest(key, _KEYWORDS, "remove it")
            yield node, f"the keyword {key} is unknown", fix


def snake_case_properties(schema: Schema) -> Breaches:
    """One spelling in JSON and code."""
    for name, node in schema.node.child("properties").entries():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield node, f"the property {name} is not snake case", "write it in snake case"


def named_parts(schema: Schema) -> Breaches:
    """Enums and objects become classes, and a class needs a name that people chose."""
    node = schema.node
    if schema.is_component:
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", node.name):
            yield node, f"the schema {node.name} is not PascalCase", "write it in Pascal case"
        return
    is_object = node.has("properties") and not schema.lenient and not _is_part(node)
    if node.has("enum") or is_object:
        kind = "enum" if node.has("enum") else "object"
        yield node, f"an {kind} without a name", "make it a component and refer to it"


def unambiguous_unions(schema: Schema) -> Breaches:
    """Clients choose the alternative by the discriminator; closed objects match no other one."""
    node = schema.node
    if node.has("allOf") and schema.in_request:
        yield node.child("allOf"), "allOf never fits closed requests", "write the properties out"
    members = [member for _, member in node.child("oneOf").entries()]
    objects = [member for member in members if "object" in member.follow().strings("type")]
    if len(objects) > 1 and not node.has("discriminator"):
        fix = "add a discriminator with a mapping"
        yield node.child("oneOf"), "oneOf of objects without a discriminator", fix


def typed(schema: Schema) -> Breaches:
    """A schema without a type allows anything, also where its other keywords mean nothing."""
    node = schema.node
    said = any(node.has(key) for key in ("type", "$ref", "enum", "const", *_COMBINED))
    if isinstance(node.value, dict) and not said and not _is_part(node):
        yield node, "the schema has no type", "say what the value is, or write true for anything"


def _is_part(node: Node) -> bool:
    """Tell whether a schema is a part of the one around it, and not a value of its own."""
    return "allOf" in node.pointer[-2:]


def required_properties(schema: Schema) -> Breaches:
    """A required property without a schema has no type, and no example can contain it."""
    known = dict(schema.node.child("properties").entries())
    if not known or any(schema.node.has(key) for key in _COMBINED):
        return
    for name in schema.node.strings("required"):
        if name not in known:
            fix = closest(name, known, "add it to properties")
            what = f"`required` names {name}, which is no property of this schema"
            yield schema.node.child("required"), what, fix


def distinct_values(schema: Schema) -> Breaches:
    """A value that is listed twice is probably a mistake for another one."""
    seen: list[Json] = []
    for _, node in schema.node.child("enum").entries():
        if node.value in seen:
            yield node, f"the enum has {node.value!r} twice", "remove one of the two"
        seen.append(node.value)
