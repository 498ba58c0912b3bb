"""Schemas of all kinds over HTTP: what they allow is answered unchanged, the rest is refused."""

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import yaml
from fastapi import FastAPI
from jsonschema_rs import Registry, validator_for

from spec.tools.load import Json
from tests.spec.served import Echo, client_of, make_app

# Name: schema, bodies that it accepts, bodies that it refuses.
CASES = yaml.safe_load(Path(__file__).with_name("schemas.yaml").read_text())
SCHEMAS = CASES["schemas"]
ACCEPTED = [(name, body) for name, case in SCHEMAS.items() for body in case["accept"]]
POOL: list[Json] = [
    body for case in SCHEMAS.values() for body in (*case["accept"], *case["refuse"])
]
# OpenAPI adds to these what JSON Schema does not say, or `adopt` corrects them.
READ_ANOTHER_WAY = {"by_name", "words_of_3_0", "draft_4_pair", "exact_bound", "wide", "narrow"}
REFUSED = [(name, body) for name, case in SCHEMAS.items() for body in case["refuse"]]


def _operation(name: str) -> Json:
    content: Json = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {
        "post": {
            "tags": ["echo"],
            "operationId": f"send_{name}",
            "requestBody": {"required": True, "content": content},
            "responses": {"200": {"description": "What was sent.", "content": content}},
        }
    }


async def _send(http: httpx2.AsyncClient, name: str, body: Json) -> httpx2.Response:
    headers = {"Content-Type": "application/json"}
    return await http.post(f"/{name}", content=json.dumps(body), headers=headers)


def _document() -> dict[str, Json]:
    schemas = {name: case["schema"] for name, case in SCHEMAS.items()} | CASES["shared"]
    paths = {f"/{name}": _operation(name) for name in (*SCHEMAS, "defaults")}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Echo", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _mutated(body: Json, chance: random.Random) -> Json:
    """Return a body with one part of it exchanged, added or left out."""
    if isinstance(body, dict) and body and chance.random() < 0.7:
        key = chance.choice([*body])
        rest = {name: it for name, it in body.items() if name != key}
        return rest if chance.random() < 0.3 else rest | {key: _mutated(body[key], chance)}
    if isinstance(body, list) and body and chance.random() < 0.7:
        at = chance.randrange(len(body))
        return [*body[:at], _mutated(body[at], chance), *body[at + chance.randrange(2) :]]
    return chance.choice(POOL)


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    document = _document()
    return make_app(tmp_path_factory.mktemp("echo"), json.dumps(document), {"echo": Echo})


@pytest.fixture
async def http(echo: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(echo) as client:
        yield client


@pytest.mark.parametrize(("name", "body"), ACCEPTED)
async def test_what_a_schema_allows_is_answered_unchanged(
    http: httpx2.AsyncClient, name: str, body: Json
) -> None:
    answer = await _send(http, name, body)

    assert (answer.status_code, answer.json()) == (200, body)


@pytest.mark.parametrize(("name", "body"), REFUSED)
async def test_what_a_schema_does_not_allow_is_refused(
    http: httpx2.AsyncClient, name: str, body: Json
) -> None:
    answer = await _send(http, name, body)

    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    "count", [1_000, pytest.param(50_000, marks=pytest.mark.load)], ids=["few", "many"]
)
async def test_mutated_bodies_are_judged_as_their_schema_judges_them(
    http: httpx2.AsyncClient, count: int
) -> None:
    registry = Registry([("urn:contract", _document())])
    judges = {
        name: validator_for(
            {"$ref": f"urn:contract#/components/schemas/{name}"},
            registry=registry,
            validate_formats=True,
        )
        for name in SCHEMAS.keys() - READ_ANOTHER_WAY
    }
    chance, names, wrong, allowed = random.Random(1), sorted(judges), list[object](), 0

    for _ in range(count):
        name = chance.choice(names)
        case = SCHEMAS[name]
        body = _mutated(chance.choice([*case["accept"], *case["refuse"]]), chance)
        is_valid = judges[name].is_valid(body)
        allowed += is_valid
        answer = await _send(http, name, body)
        if answer.status_code != (200 if is_valid else 422):
            wrong.append((name, body, answer.status_code))

    assert wrong == []
    assert count / 10 < allowed < count * 9 / 10


async def test_defaults_of_any_type_are_filled_in(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/defaults", json={})

    assert answer.json() == {
        "inner": {"n": 3},
        "at": "2024-01-01T00:00:00Z",
        "id": "018f0c2e-0000-7000-8000-000000000000",
        "tags": ["a"],
    }
