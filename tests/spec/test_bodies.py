"""The sizes of bodies that the rules call impossible."""

from typing import Any

import pytest

from app.core.config import Settings
from spec.rules.bodies import MAX_BODY_BYTES, reachable_sizes
from spec.tools.contract import Contract
from spec.tools.finding import Where

LIMIT = 100


def findings(schema: dict[str, Any], media_type: str = "application/json") -> int:
    """Return how many bounds of a body of at most `LIMIT` bytes cannot be reached."""
    operation = {
        "x-max-body-bytes": LIMIT,
        "requestBody": {"content": {media_type: {"schema": schema}}},
    }
    tree = {"type": "array", "maxItems": 3, "items": {"$ref": "#/components/schemas/Tree"}}
    document: dict[str, Any] = {
        "paths": {"/pets": {"post": operation}},
        "components": {"schemas": {"Tree": tree}},
    }
    contract = Contract("spec/v1", document, {(): Where("spec/v1/pets.yaml", 1)})
    return len([*reachable_sizes(next(contract.endpoints()))])


def test_the_rules_and_the_settings_have_the_same_limit() -> None:
    assert (
        Settings.model_fields["max_body_bytes"].default == MAX_BODY_BYTES
    ), "Fix: write the default of max_body_bytes in spec/rules/bodies.py"


@pytest.mark.parametrize(("media_type", "most"), [("application/json", 98), ("text/plain", 100)])
def test_a_string_fits_with_its_quotes(media_type: str, most: int) -> None:
    sizes = [findings({"type": "string", "maxLength": it}, media_type) for it in (most, most + 1)]

    assert sizes == [0, 1]


@pytest.mark.parametrize(
    ("items", "value"),
    [
        ({}, "1"),
        ({"type": "boolean"}, "true"),
        ({"type": ["boolean", "integer"]}, "1"),
        ({"type": "string", "minLength": 3}, '"abc"'),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, "[1,2]"),
        ({"type": "object", "required": ["a"]}, '{"a":1}'),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "1"),
    ],
    ids=str,
)
def test_an_array_fits_with_the_smallest_items(items: dict[str, Any], value: str) -> None:
    most = next(n for n in range(LIMIT) if len(f"[{','.join([value] * (n + 1))}]") > LIMIT)

    sizes = [findings({"type": "array", "items": items, "maxItems": n}) for n in (most, most + 1)]

    assert sizes == [0, 1]


def test_a_schema_that_contains_itself_is_measured_once() -> None:
    assert findings({"$ref": "#/components/schemas/Tree"}) == 0
