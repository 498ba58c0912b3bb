"""Errors in the form that a contract declares, and values made from its schemas."""

from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema_rs import Registry, validator_for

from app.api.error_body import PROBLEM, error_body
from app.api.request.sample import samples

PROBLEM_DOCUMENT = {
    "type": "https://api.example.com/problems/not-found",
    "title": "There is no such resource",
    "status": 404,
    "detail": "There is no loan with this id.",
    "code": "not-found",
    "request_id": "0199d6a0",
    "trace_id": "4bf92f35",
}
SCHEMAS: dict[str, Any] = {
    "Fault": {
        "type": "object",
        "required": ["code", "message"],
        "properties": {"code": {"type": "integer"}, "message": {"type": "string", "maxLength": 12}},
    },
    "Envelope": {
        "type": "object",
        "required": ["error", "ok"],
        "properties": {"error": {"$ref": "#/schemas/Fault"}, "ok": {"const": False}},
    },
    "List": {
        "type": "object",
        "required": ["errors"],
        "properties": {
            "errors": {"type": "array", "minItems": 1, "items": {"$ref": "#/schemas/Reason"}}
        },
    },
    "Reason": {
        "type": "object",
        "required": ["Reason", "ErrorCode"],
        "properties": {"Reason": {"type": "string"}, "ErrorCode": {"enum": ["A", "B"]}},
    },
    "Tree": {"type": "object", "properties": {"left": {"$ref": "#/schemas/Tree"}}},
    "Endless": {
        "type": "object",
        "required": ["next"],
        "properties": {"next": {"$ref": "#/schemas/Endless"}},
    },
    "Pet": {
        "oneOf": [{"$ref": "#/schemas/Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"dog": "#/schemas/Dog"}},
    },
    "Dog": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}},
}


class Contract:
    """The schemas above, and the one that a test asks for."""

    def __init__(self, schema: object) -> None:
        self.schema = schema

    def dereference(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in node:
            return node
        found: Mapping[str, Any] = SCHEMAS[node["$ref"].rpartition("/")[2]]
        return found

    def allows(self, pointer: str, value: object) -> bool:
        document: Any = {"schemas": SCHEMAS, "wanted": self.schema}
        validator = validator_for(
            {"$ref": "urn:c#/wanted"},
            registry=Registry([("urn:c", document)]),
            validate_formats=True,
        )
        return bool(validator.is_valid(value))


def made(schema: object, media_type: str = "application/json") -> tuple[object, str | None]:
    """Return what becomes of the problem where the contract has this schema."""
    return error_body(Contract(schema), "", {media_type: {"schema": schema}}, PROBLEM_DOCUMENT)


def test_a_schema_that_allows_the_problem_gets_it() -> None:
    assert made({"type": "object"}, PROBLEM) == (PROBLEM_DOCUMENT, PROBLEM)
    assert made({"type": "object"}) == (PROBLEM_DOCUMENT, "application/json")


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ("Fault", {"code": 404, "message": "There is no "}),
        ("Envelope", {"error": {"code": 404, "message": "There is no "}, "ok": False}),
        (
            "List",
            {"errors": [{"Reason": "There is no loan with this id.", "ErrorCode": "A"}]},
        ),
    ],
)
def test_another_schema_is_filled_by_the_names_of_its_members(schema: str, body: object) -> None:
    closed = {"$ref": f"#/schemas/{schema}", "unevaluatedProperties": False}

    assert made(closed) == (body, "application/json")


def test_text_is_the_detail() -> None:
    assert made({"type": "string"}, "text/plain") == (PROBLEM_DOCUMENT["detail"], "text/plain")


REFUSED = {
    **PROBLEM_DOCUMENT,
    "status": 422,
    "errors": [
        {
            "location": "body",
            "pointer": "/loan/days",
            "code": "missing",
            "detail": "Field required",
        },
        {"location": "query", "name": "page", "code": "bound", "detail": "Send at most 9"},
    ],
}


NAMED = "body /loan/days: Field required; query page: Send at most 9"


@pytest.mark.parametrize(
    ("media_type", "schema", "body"),
    [
        (
            "application/json",
            {"$ref": "#/schemas/Reason", "unevaluatedProperties": False},
            {"Reason": NAMED, "ErrorCode": "A"},
        ),
        ("text/plain", {"type": "string"}, NAMED),
        ("application/json", {"type": "object"}, REFUSED),
    ],
)
def test_a_body_without_a_place_for_refused_fields_names_them(
    media_type: str, schema: object, body: object
) -> None:
    content = {media_type: {"schema": schema}}

    assert error_body(Contract(schema), "", content, REFUSED) == (body, media_type)


def test_no_declared_body_is_no_body() -> None:
    assert error_body(Contract({}), "", {}, PROBLEM_DOCUMENT) == (None, None)


def test_what_cannot_be_filled_stays_a_problem() -> None:
    assert made({"$ref": "#/schemas/Endless"}) == (PROBLEM_DOCUMENT, PROBLEM)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "date-time"},
        {"type": "string", "pattern": "^[A-Z]{3}$"},
        {"type": "string", "minLength": 40, "maxLength": 41},
        {"type": "string", "maxLength": 2},
        {"type": "integer", "minimum": 10, "multipleOf": 4},
        {"type": "integer", "exclusiveMaximum": -3},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
        {"type": ["null", "boolean"]},
        {"enum": ["b", "a"]},
        {"type": "array", "minItems": 2, "items": {"type": "string"}},
        {"prefixItems": [{"type": "integer"}, {"const": "x"}], "type": "array"},
        {"allOf": [{"$ref": "#/schemas/Fault"}, {"required": ["more"]}]},
        {"anyOf": [{"type": "null"}, {"$ref": "#/schemas/Fault"}]},
        {"$ref": "#/schemas/Pet"},
        {"$ref": "#/schemas/Tree"},
    ],
)
def test_a_schema_allows_what_is_made_from_it(schema: Mapping[str, Any]) -> None:
    contract = Contract(schema)

    assert contract.allows("", next(samples(contract, schema)))


def test_a_discriminator_has_the_value_of_the_schema_that_was_chosen() -> None:
    schema = {"$ref": "#/schemas/Pet"}

    assert next(samples(Contract(schema), schema)) == {"kind": "dog"}


def test_nothing_is_made_of_a_schema_without_end() -> None:
    schema = {"$ref": "#/schemas/Endless"}

    assert list(samples(Contract(schema), schema)) == []
