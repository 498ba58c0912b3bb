"""Models take every value that the contract allows, and give it back unchanged."""

import json
import random
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
from pydantic import TypeAdapter

from app.api.request.contract import Contract
from spec.tools import contract
from spec.tools.finding import Where
from spec.tools.models import module
from spec.tools.pytypes import Types

SCHEMAS: dict[str, Any] = {
    "Price": {"type": "number", "multipleOf": 0.01},
    "Level": {"type": "integer", "enum": [1, 2]},
    "Agreed": {"const": True},
    "Either": {"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 2}]},
    "Pair": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
    "Bag": {"type": "object", "minProperties": 1, "propertyNames": {"maxLength": 4}},
    "Not": {"type": ["string", "null"], "not": {"const": "a"}},
    "Tree": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "kind": {"enum": ["leaf", "node", None]},
            "parts": {
                "type": "array",
                "uniqueItems": True,
                "items": {"$ref": "#/components/schemas/Tree"},
            },
            "day": {"type": "string", "format": "date"},
            "self": {"$ref": "#/components/schemas/Either"},
        },
        "dependentRequired": {"day": ["kind"]},
    },
    "Both": {
        "allOf": [{"$ref": "#/components/schemas/Tree"}, {"required": ["kind"]}],
        "if": {"properties": {"kind": {"const": "leaf"}}},
        "then": {"required": ["day"]},
    },
}
SCALARS = [0, 1, 2, 1.0, 0.07, 0.071, -3, True, False, None, "", "a", "ab", "leaf", "2024-02-29"]
KEYS = ["kind", "parts", "day", "self", "other", "longer"]


def value(chance: random.Random, depth: int = 0) -> object:
    shape = chance.random()
    if depth > 2 or shape < 0.4:
        return chance.choice(SCALARS)
    if shape < 0.6:
        return [value(chance, depth + 1) for _ in range(chance.randrange(3))]
    keys = chance.sample(KEYS, chance.randrange(4))
    return {key: value(chance, depth + 1) for key in keys}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    document: Any = {"components": {"schemas": SCHEMAS}, "paths": {}}
    folder: Path = tmp_path_factory.mktemp("models")
    where: dict[tuple[str, ...], Where] = {(): Where("openapi.yaml", 1)}
    code = module(Types(contract.Contract("spec", document, where)).definitions)
    (folder / "agreement_models.py").write_text(code)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield import_module("agreement_models")
    del sys.modules["agreement_models"]


@pytest.mark.parametrize(
    "count", [2_000, pytest.param(60_000, marks=pytest.mark.load)], ids=["few", "many"]
)
def test_what_the_contract_allows_survives_the_models(models: ModuleType, count: int) -> None:
    judge = Contract({"components": {"schemas": SCHEMAS}, "paths": {}}, "request")
    validators = {name: judge.validator(f"/components/schemas/{name}") for name in SCHEMAS}
    adapters = {name: TypeAdapter[Any](getattr(models, name)) for name in SCHEMAS}
    chance, allowed, lost = random.Random(7), 0, []

    for _ in range(count):
        sent = value(chance)
        for name in SCHEMAS:
            if validators[name].is_valid(cast("Any", sent)):
                allowed += 1
                typed = adapters[name].validate_python(sent, by_alias=True, by_name=False)
                if json.loads(adapters[name].dump_json(typed, by_alias=True)) != sent:
                    lost.append((name, sent))

    assert allowed > count / 10
    assert lost == []
