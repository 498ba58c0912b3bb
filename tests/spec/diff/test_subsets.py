"""The verdict about two schemas against a validator: nothing is called harmless that is not."""

from typing import Any

import pytest
from jsonschema_rs import validator_for

from spec.diff.catalogue import Level
from tests.spec.diff.contracts import Members, answered, changes, sent

TEXT = {"type": "string"}
SCHEMAS: list[Members] = [
    {},
    TEXT,
    {"type": ["string", "null"]},
    {"type": "string", "maxLength": 2},
    {"type": "string", "minLength": 2, "maxLength": 3},
    {"type": "string", "pattern": "^a"},
    {"enum": ["a", "b"]},
    {"enum": ["a", 1, None]},
    {"const": "a"},
    {"type": "integer", "format": "int32"},
    {"type": "integer", "minimum": 1, "exclusiveMaximum": 3},
    {"type": "number", "minimum": 1, "exclusiveMaximum": 3},
    {"type": "number", "multipleOf": 0.5},
    {"type": "integer", "multipleOf": 2},
    {"anyOf": [TEXT, {"type": "integer"}]},
    {"oneOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]},
    {"anyOf": [{"type": "string", "maxLength": 2}, {"type": "integer", "maximum": 2}]},
    {"allOf": [{"minLength": 1}, {"type": "string", "maxLength": 2}]},
    {"type": "array", "items": TEXT},
    {"type": "array", "items": {"type": "integer"}, "maxItems": 1},
    {"type": "array", "minItems": 1, "uniqueItems": True},
    {"type": "object"},
    {"type": "object", "required": ["a"]},
    {"type": "object", "additionalProperties": False},
    {"type": "object", "additionalProperties": TEXT},
    {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False},
    {"type": "object", "properties": {"a": TEXT}, "additionalProperties": TEXT},
    {
        "type": "object",
        "properties": {"a": TEXT, "b": {"type": "integer"}},
        "required": ["b"],
        "additionalProperties": False,
    },
    {"type": "object", "minProperties": 1, "additionalProperties": {"type": "integer"}},
]
VALUES: list[Any] = [
    *(None, True, "", "a", "b", "ab", "abc", "ba", "abcd"),
    *(-(2**40), -1, 0, 1, 2, 3, 4, 0.5, 1.0, 1.25, 1.5, 2.5, 2.75, 3.0, 2**40),
    *([], ["a"], [1], ["a", "a"], [1, 2], [1, 1], [None]),
    *({}, {"a": "a"}, {"a": 1}, {"b": 1}, {"a": "a", "b": 1}, {"b": "b"}, {"c": "c"}, {"c": None}),
]
VALID = [
    {index for index, value in enumerate(VALUES) if validator_for(schema).is_valid(value)}
    for schema in SCHEMAS
]


def worst(old: Members, new: Members) -> Level | None:
    return max((change.level for change in changes(old, new)), default=None)


@pytest.mark.parametrize("old", range(len(SCHEMAS)))
def test_a_request_is_only_refused_after_a_breaking_change(old: int) -> None:
    for new, schema in enumerate(SCHEMAS):
        if worst(sent(SCHEMAS[old]), sent(schema)) is not Level.BREAKING:
            assert VALID[old] <= VALID[new], schema


@pytest.mark.parametrize("old", range(len(SCHEMAS)))
def test_a_response_is_only_new_after_a_change_that_is_not_harmless(old: int) -> None:
    for new, schema in enumerate(SCHEMAS):
        if worst(answered(SCHEMAS[old]), answered(schema)) in {None, Level.HARMLESS}:
            assert VALID[new] <= VALID[old], schema
