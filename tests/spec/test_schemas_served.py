"""Schemas of all kinds over HTTP: what they allow is answered unchanged, the rest is refused."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import yaml
from fastapi import FastAPI

from spec.tools.load import Json
from tests.spec.served import Echo, client_of, make_app

# Name: schema, bodies that it accepts, bodies that it refuses.
CASES = yaml.safe_load(Path(__file__).with_name("schemas.yaml").read_text())
SCHEMAS = CASES["schemas"]
ACCEPTED = [(name, body) for name, case in SCHEMAS.items() for body in case["accept"]]
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


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    schemas = {name: case["schema"] for name, case in SCHEMAS.items()} | CASES["shared"]
    paths = {f"/{name}": _operation(name) for name in (*SCHEMAS, "defaults")}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Echo", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }
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


async def test_defaults_of_any_type_are_filled_in(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/defaults", json={})

    assert answer.json() == {
        "inner": {"n": 3},
        "at": "2024-01-01T00:00:00Z",
        "id": "018f0c2e-0000-7000-8000-000000000000",
        "tags": ["a"],
    }
