"""Rules about schemas: each finds its own edit, and not the edit in the other direction."""

from collections.abc import Callable
from typing import Any

import pytest

from spec.diff.catalogue import KEYWORDS, RULES, Direction, Effect, Level
from tests.spec.diff.contracts import Members, answered, changes, rules, sent

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
LIST = {"type": "array"}
OBJECT = {"type": "object"}
NAMED = {"type": "object", "properties": {"name": TEXT}}
CAT = {"$ref": "#/components/schemas/Cat"}
DOG = {"$ref": "#/components/schemas/Dog"}
PETS = {
    "Cat": {"type": "object", "required": ["lives"], "properties": {"lives": NUMBER}},
    "Dog": {"type": "object", "required": ["barks"], "properties": {"barks": TEXT}},
}


def union(kind: str = "oneOf", **mapping: str) -> Members:
    return {kind: [CAT, DOG], "discriminator": {"propertyName": "kind", "mapping": mapping}}


# Keyword, a schema, and one that allows less.
NARROWER: list[tuple[str, Any, Any]] = [
    ("type", {"type": ["string", "integer"]}, TEXT),
    ("type", {}, TEXT),
    ("type", NUMBER, {"type": "integer"}),
    ("null", {"type": ["string", "null"]}, TEXT),
    ("null", {"anyOf": [CAT, {"type": "null"}]}, CAT),
    ("null", {"type": ["string", "null"], "enum": ["a", None]}, {**TEXT, "enum": ["a"]}),
    ("const", TEXT, {**TEXT, "const": "a"}),
    ("enum-value", {"enum": ["a", "b"]}, {"enum": ["a"]}),
    ("enum-value", {"enum": ["a", "b"]}, {"const": "a"}),
    ("enum-value", TEXT, {**TEXT, "enum": ["a"]}),
    ("maximum", {**NUMBER, "maximum": 9}, {**NUMBER, "maximum": 8.5}),
    ("maximum", {**NUMBER, "maximum": 9}, {**NUMBER, "exclusiveMaximum": 9}),
    ("maximum", NUMBER, {**NUMBER, "exclusiveMaximum": 9}),
    ("minimum", {**NUMBER, "minimum": 1}, {**NUMBER, "minimum": 2}),
    ("minimum", {**NUMBER, "minimum": 1}, {**NUMBER, "exclusiveMinimum": 1}),
    ("max-length", {**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 8}),
    ("max-length", TEXT, {**TEXT, "maxLength": 8}),
    ("min-length", TEXT, {**TEXT, "minLength": 1}),
    ("max-items", LIST, {**LIST, "maxItems": 8}),
    ("min-items", {**LIST, "minItems": 1}, {**LIST, "minItems": 2}),
    ("max-properties", OBJECT, {**OBJECT, "maxProperties": 2}),
    ("min-properties", OBJECT, {**OBJECT, "minProperties": 2}),
    ("multiple-of", {**NUMBER, "multipleOf": 0.1}, {**NUMBER, "multipleOf": 0.5}),
    ("multiple-of", NUMBER, {**NUMBER, "multipleOf": 2}),
    ("pattern", TEXT, {**TEXT, "pattern": "^a"}),
    ("format", TEXT, {**TEXT, "format": "uuid"}),
    ("format", {**TEXT, "format": "uri-reference"}, {**TEXT, "format": "uri"}),
    ("unique-items", LIST, {**LIST, "uniqueItems": True}),
    ("property", NAMED, {**NAMED, "required": ["name"]}),
    ("property", OBJECT, {**OBJECT, "required": ["name"]}),
    ("additional-properties", OBJECT, {**OBJECT, "additionalProperties": False}),
    ("variant", {"oneOf": [CAT, DOG]}, {"oneOf": [CAT]}),
    ("variant", {"anyOf": [TEXT, NUMBER, LIST]}, {"anyOf": [LIST, TEXT]}),
    ("union", {"anyOf": [CAT, DOG]}, {"oneOf": [CAT, DOG]}),
    ("discriminator-value", union(cat="Cat", old="Cat"), union(cat="Cat")),
    ("condition", OBJECT, {**OBJECT, "dependentRequired": {"a": ["b"]}}),
    ("condition", LIST, {**LIST, "contains": NUMBER}),
]
# Keyword and two schemas of which neither allows all that the other does.
OTHER: list[tuple[str, Any, Any]] = [
    ("type", TEXT, NUMBER),
    ("const", {"const": "a"}, {"const": "b"}),
    ("multiple-of", {**NUMBER, "multipleOf": 2}, {**NUMBER, "multipleOf": 3}),
    ("pattern", {**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b"}),
    ("format", {**TEXT, "format": "date"}, {**TEXT, "format": "date-time"}),
    ("discriminator-value", union(pet="Cat"), union(pet="Dog")),
    ("condition", {**OBJECT, "not": {"required": ["a"]}}, {**OBJECT, "not": {"required": ["b"]}}),
]
# Rule, a schema, the schema after the edit that the rule is about, and after one it allows.
REQUEST: list[tuple[str, Any, Any, Any]] = [
    ("property-added", OBJECT, NAMED, OBJECT),
    ("required-property-added", OBJECT, {**NAMED, "required": ["name"]}, NAMED),
    (
        "property-removed",
        {**NAMED, "additionalProperties": False},
        {**OBJECT, "additionalProperties": False},
        NAMED,
    ),
    ("property-ignored", NAMED, OBJECT, {"type": "object", "properties": {"name": TEXT}}),
    ("default-added", TEXT, {**TEXT, "default": "a"}, {**TEXT, "description": "A"}),
    ("default-changed", {**TEXT, "default": "a"}, TEXT, {"default": "a", **TEXT}),
    ("deprecated", TEXT, {**TEXT, "deprecated": True}, {**TEXT, "deprecated": False}),
    ("undeprecated", {**TEXT, "deprecated": True}, TEXT, {**TEXT, "deprecated": True}),
    (
        "discriminator-changed",
        union(),
        {**union(), "discriminator": {"propertyName": "type"}},
        {"oneOf": [DOG, CAT], "discriminator": {"propertyName": "kind"}},
    ),
]
RESPONSE: list[tuple[str, Any, Any, Any]] = [
    ("property-added", OBJECT, NAMED, OBJECT),
    ("closed-property-added", {**OBJECT, "additionalProperties": False}, NAMED, OBJECT),
    ("property-removed", {**NAMED, "required": ["name"]}, OBJECT, {**NAMED, "required": ["name"]}),
    ("optional-property-removed", NAMED, OBJECT, {**NAMED, "required": ["name"]}),
    ("default-changed", TEXT, {**TEXT, "default": "a"}, TEXT),
    ("deprecated", TEXT, {**TEXT, "deprecated": True}, {**TEXT, "title": "Old"}),
    ("undeprecated", {**TEXT, "deprecated": True}, TEXT, {**TEXT, "deprecated": True}),
    (
        "discriminator-changed",
        union(),
        {**union(), "discriminator": {"propertyName": "type"}},
        {"oneOf": [DOG, CAT], "discriminator": {"propertyName": "kind"}},
    ),
]
MAKERS: dict[Direction, Callable[..., Members]] = {
    Direction.REQUEST: sent,
    Direction.RESPONSE: answered,
}


@pytest.mark.parametrize("direction", MAKERS)
@pytest.mark.parametrize(("keyword", "wide", "narrow"), NARROWER)
def test_an_edit_is_narrower_one_way_and_wider_the_other(
    direction: Direction, keyword: str, wide: Members, narrow: Members
) -> None:
    first, second = (MAKERS[direction](schema, **PETS) for schema in (wide, narrow))
    narrowed, widened = (
        KEYWORDS[keyword].rule_id(direction, effect) for effect in (Effect.NARROWED, Effect.WIDENED)
    )

    assert rules(first, second) == {narrowed}
    assert rules(second, first) == {widened}
    assert rules(first, first) == set()


@pytest.mark.parametrize("direction", MAKERS)
@pytest.mark.parametrize(("keyword", "old", "new"), OTHER)
def test_an_edit_that_is_neither_is_a_rule_of_its_own(
    direction: Direction, keyword: str, old: Members, new: Members
) -> None:
    first, second = (MAKERS[direction](schema, **PETS) for schema in (old, new))
    rule = KEYWORDS[keyword].rule_id(direction, Effect.CHANGED)

    assert rules(first, second) == {rule}
    assert rules(second, first) == {rule}


@pytest.mark.parametrize(
    ("direction", "rule", "old", "bad", "good"),
    [
        *((Direction.REQUEST, *row) for row in REQUEST),
        *((Direction.RESPONSE, *row) for row in RESPONSE),
    ],
)
def test_a_rule_finds_its_edit_and_no_other(
    direction: Direction, rule: str, old: Members, bad: Members, good: Members
) -> None:
    before, after, fine = (MAKERS[direction](schema, **PETS) for schema in (old, bad, good))

    assert f"{direction}-{rule}" in rules(before, after)
    assert f"{direction}-{rule}" not in rules(before, fine)


def test_every_rule_about_schemas_has_its_cases() -> None:
    assert {name for name, _, _ in NARROWER} == KEYWORDS.keys()
    assert {name for name, _, _ in OTHER} == {one.name for one in KEYWORDS.values() if one.changed}


def test_what_breaks_one_direction_is_harmless_in_the_other() -> None:
    exceptions = {"response-enum-value-added": Level.RISKY}
    for keyword in KEYWORDS.values():
        levels = [
            RULES[keyword.rule_id(direction, effect)].level
            for direction in MAKERS
            for effect in (Effect.NARROWED, Effect.WIDENED)
        ]
        last = exceptions.get(f"response-{keyword.name}-{keyword.widened}", Level.BREAKING)
        assert levels == [Level.BREAKING, Level.HARMLESS, Level.HARMLESS, last]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            {"allOf": [{**TEXT, "minLength": 1}, {"maxLength": 9}]},
            {**TEXT, "minLength": 1, "maxLength": 9},
        ),
        (PETS["Cat"], CAT),
        ({"type": "integer", "exclusiveMaximum": 10}, {"type": "integer", "maximum": 9}),
        (
            {"type": "integer", "format": "int32", "maximum": 9},
            {"type": "integer", "maximum": 9, "minimum": -(2**31)},
        ),
        ({"anyOf": [TEXT, {"type": "null"}]}, {"type": ["null", "string"]}),
        ({"oneOf": [CAT, DOG]}, {"oneOf": [DOG, CAT]}),
        ({"enum": ["a", "b"]}, {**TEXT, "enum": ["b", "a"]}),
    ],
)
def test_another_spelling_of_the_same_is_no_change(old: Members, new: Members) -> None:
    assert rules(sent(old, **PETS), sent(new, **PETS)) == set()
    assert rules(answered(old, **PETS), answered(new, **PETS)) == set()


def test_what_is_read_only_is_no_part_of_a_request() -> None:
    read_only = {"type": "object", "properties": {"name": {**TEXT, "readOnly": True}}}

    assert rules(sent(NAMED), sent(read_only)) == {"request-property-ignored"}
    assert rules(answered(NAMED), answered(read_only)) == set()


def test_what_is_write_only_is_no_part_of_a_response() -> None:
    write_only = {"type": "object", "properties": {"name": {**TEXT, "writeOnly": True}}}

    assert rules(sent(NAMED), sent(write_only)) == set()
    assert rules(answered(NAMED), answered(write_only)) == {"response-optional-property-removed"}


def test_a_schema_that_holds_itself_is_compared_to_its_end() -> None:
    tree = {"$ref": "#/components/schemas/Tree"}
    old: Members = {"type": "object", "properties": {"next": {"type": "array", "items": tree}}}
    new = {**old, "properties": {**old["properties"], "name": TEXT}}

    found = changes(sent(tree, Tree=old), sent(tree, Tree=new))

    assert [(one.rule, one.subject) for one in found] == [("request-property-added", "Tree.name")]


def test_a_shared_schema_is_one_change_with_its_operations() -> None:
    old, new = (sent(CAT, Cat={**TEXT, "maxLength": size}) for size in (9, 8))
    for one in (old, new):
        one["paths"]["/more"] = {"put": {**one["paths"]["/things"]["post"], "operationId": "more"}}

    (found,) = changes(old, new)

    assert found.subject == "Cat"
    assert found.text == "maxLength: 9 → 8"
    assert found.operations == ("makeThing", "more")


def test_a_schema_that_became_one_of_several_is_still_accepted() -> None:
    several = {"oneOf": [CAT, DOG]}

    assert rules(sent(CAT, **PETS), sent(several, **PETS)) == {"request-variant-added"}
    assert rules(answered(CAT, **PETS), answered(several, **PETS)) == {"response-variant-added"}
