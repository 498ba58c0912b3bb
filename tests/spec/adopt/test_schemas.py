"""Schemas of OpenAPI 3.0 mean the same in 3.1."""

from pathlib import Path

import pytest
from jsonschema_rs import Registry, validator_for

from spec.tools.load import Json
from tests.spec.adopt.foreign import schema_of

# Schema of OpenAPI 3.0, values that it accepts, values that it refuses.
MEANINGS: list[tuple[str, list[Json], list[Json]]] = [
    ("{type: string, nullable: true}", ["a", None], [1]),
    ("{type: string, nullable: false}", ["a"], [None]),
    ("{type: string, enum: [a, b], nullable: true}", ["a", None], ["c"]),
    ("{type: object, nullable: true, properties: {a: {type: string}}}", [{"a": "b"}, None], [1]),
    ("{nullable: true, allOf: [{$ref: '#/components/schemas/Other'}]}", [{}, None], [1]),
    ("{nullable: true, oneOf: [{type: string}, {type: integer}]}", ["a", 1, None], [True]),
    (
        "{type: object, properties: {a: {$ref: '#/components/schemas/Other', nullable: true}}}",
        [{"a": None}, {"a": {}}],
        [{"a": 1}],
    ),
    ("{type: integer, minimum: 1, exclusiveMinimum: true}", [2], [1]),
    ("{type: integer, minimum: 1, exclusiveMinimum: false}", [1], [0]),
    ("{type: number, maximum: 9, exclusiveMaximum: true}", [8.9], [9]),
    (
        "{type: object, properties: {a: {$ref: '#/components/schemas/Other', minProperties: 1}}}",
        [{"a": {}}],
        [{"a": 1}],
    ),
    (
        "{type: object, properties: {nullable: {type: string}, example: {type: string}}}",
        [{"nullable": "a", "example": "b"}],
        [{"nullable": True}, {"example": 1}],
    ),
]


@pytest.mark.parametrize(("schema", "accepted", "refused"), MEANINGS)
def test_a_schema_keeps_its_meaning(
    tmp_path: Path, schema: str, accepted: list[Json], refused: list[Json]
) -> None:
    node = schema_of(tmp_path, schema)

    registry = Registry([("urn:contract", node.contract.document)])
    validator = validator_for({"$ref": "urn:contract#/components/schemas/Thing"}, registry=registry)

    assert [value for value in accepted if not validator.is_valid(value)] == []
    assert [value for value in refused if validator.is_valid(value)] == []


def test_an_example_becomes_a_list(tmp_path: Path) -> None:
    assert schema_of(tmp_path, "{type: string, example: oak}").value == {
        "type": "string",
        "examples": ["oak"],
    }


@pytest.mark.parametrize("name", ["byte", "base64"])
def test_base64_stays_a_format_that_is_checked(tmp_path: Path, name: str) -> None:
    schema = schema_of(tmp_path, f"{{type: string, format: {name}}}")

    assert schema.value == {"type": "string", "format": "byte"}


def test_text_that_looks_like_something_else_stays_text(tmp_path: Path) -> None:
    words = ["on", "1e3", "012", "~", "", "true", "2026-11-28", "a: b", "# c", " d ", "x\n\ny \n"]

    node = schema_of(tmp_path, f"{{type: string, enum: {words!r}}}".replace("\\n", "\\n"))

    assert node.child("enum").value == [word.replace("\n", "\\n") for word in words]
