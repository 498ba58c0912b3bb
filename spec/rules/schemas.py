"""Rules about the structure of schemas: what models cannot honour is refused, never ignored."""

import keyword
import re
from collections.abc import Iterator

from spec.rules.catalogue import Schema
from spec.tools.contract import Node
from spec.tools.finding import closest
from spec.tools.load import Json

Breaches = Iterator[tuple[Node, str, str]]

_UNCHECKED = (
    *("uniqueItems", "contains", "minContains", "maxContains", "prefixItems", "unevaluatedItems"),
    *("minProperties", "maxProperties", "patternProperties", "propertyNames", "dependentRequired"),
    *("dependentSchemas", "unevaluatedProperties", "if", "then", "else", "not", "nullable"),
)
_KEYWORDS = {
    *("$ref", "type", "enum", "const", "format", "title", "description", "default", "deprecated"),
    *("example", "examples", "readOnly", "writeOnly", "contentMediaType", "contentEncoding"),
    *("minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum"),
    *("exclusiveMaximum", "multipleOf", "items", "minItems", "maxItems", "properties", "required"),
    *("additionalProperties", "oneOf", "anyOf", "allOf", "discriminator"),
}
_TAKEN = {"schema", "json", "model_config", "copy", "dict", "validate", "construct", "self"}
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


def no_unchecked_keywords(schema: Schema) -> Breaches:
    """The models would accept what the contract refuses."""
    for key in _UNCHECKED:
        node = schema.node.child(key)
        if node.exists:
            yield node, f"models do not check {key}", "leave it out and check it in the service"


def known_keywords(schema: Schema) -> Breaches:
    """JSON Schema ignores what it does not know: a misspelt `required` would demand nothing."""
    for key, node in schema.node.entries():
        if key not in _KEYWORDS and key not in _UNCHECKED and not key.startswith("x-"):
            yield node, f"the keyword {key} is unknown", closest(key, _KEYWORDS, "remove it")


def free_names(schema: Schema) -> Breaches:
    """Attributes of Pydantic and words of Python would be renamed in code."""
    for name, node in schema.node.child("properties").entries():
        if keyword.iskeyword(name):
            yield node, f"the property name {name} is a word of Python", "use another name"
        if name in _TAKEN or name.startswith("model_"):
            yield node, f"the property name {name} belongs to Pydantic", "use another name"


def no_nullable_component(schema: Schema) -> Breaches:
    """The null of a component is lost; the place that uses it says whether null is allowed."""
    if schema.is_component and "null" in schema.types:
        fix = "write anyOf: [$ref, type: 'null'] where it is used"
        yield schema.node.child("type"), "a component that may be null", fix


def no_read_only(schema: Schema) -> Breaches:
    """One model per use is clearer than one whose fields depend on the direction."""
    for key in ("readOnly", "writeOnly"):
        if schema.node.has(key):
            yield schema.node.child(
                key
            ), f"{key} splits a model in two", "write one schema per direction"


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
    is_object = node.has("properties") and not schema.lenient
    if node.has("enum") or is_object:
        kind = "enum" if node.has("enum") else "object"
        yield node, f"an {kind} without a name", "make it a component and refer to it"


def unambiguous_unions(schema: Schema) -> Breaches:
    """A model can check that exactly one fits only when a discriminator says which."""
    node = schema.node
    if node.has("allOf") and schema.in_request:
        yield node.child("allOf"), "allOf never fits closed requests", "write the properties out"
    for key in ("oneOf", "anyOf"):
        members = [member for _, member in node.child(key).entries()]
        others = [member for member in members if member.text("type") != "null"]
        if key == "oneOf" and len(others) > 1 and not node.has("discriminator"):
            yield node.child(
                key
            ), "oneOf without a discriminator", "add a discriminator with a mapping"
        if len(others) > 1 and len(others) < len(members):
            yield node.child(key), "a union with null in it", "make the union a component"


def typed(schema: Schema) -> Breaches:
    """A schema without a type would become Any."""
    node = schema.node
    said = any(node.has(key) for key in ("type", "$ref", "enum", "const", *_COMBINED))
    if not said:
        yield node, "the schema has no type", "say what the value is"
    if len(set(schema.types) - {"null"}) > 1:
        yield node.child("type"), "a value of several types", "keep one type besides null"


def required_properties(schema: Schema) -> Breaches:
    """What is required and not described has no type, and no example can hold it."""
    known = dict(schema.node.child("properties").entries())
    if not known or any(schema.node.has(key) for key in _COMBINED):
        return
    for name in schema.node.strings("required"):
        if name not in known:
            fix = closest(name, known, "add it to properties")
            what = f"`required` names {name}, which is no property of this schema"
            yield schema.node.child("required"), what, fix


def distinct_values(schema: Schema) -> Breaches:
    """A value that is there twice is a slip: another one was meant."""
    seen: list[Json] = []
    for _, node in schema.node.child("enum").entries():
        if node.value in seen:
            yield node, f"the enum has {node.value!r} twice", "remove one of the two"
        seen.append(node.value)
