"""What a contract of many operations costs, compared with a small one in the same run."""

import json
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from spec.tools.load import Json
from tests import figures
from tests.spec.served import Echo, client_of, make_app

pytestmark = pytest.mark.load

SMALL, SIZES = 34, (34, 250, 1000)
ROUNDS, REQUESTS = 9, 100
MOST_PER_REQUEST = 1.3


def contract(operations: int) -> str:
    """Return a contract of this many operations, ten of each tag."""
    thing: Json = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "name": {"type": "string", "maxLength": 80},
            "made": {"type": "string", "format": "date-time"},
        },
    }
    paths: dict[str, Json] = {}
    for number in range(operations):
        schema: Json = {"$ref": f"#/components/schemas/Thing{number}"}
        content: Json = {"application/json": {"schema": schema}}
        paths[f"/things{number}"] = {
            "post": {
                "operationId": f"sendThing{number}",
                "tags": [f"group{number // 10}"],
                "requestBody": {"required": True, "content": content},
                "responses": {"200": {"description": "The thing.", "content": content}},
            }
        }
    schemas: dict[str, Json] = {f"Thing{number}": thing for number in range(operations)}
    document: Json = {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }
    return json.dumps(document)


async def seconds_per_request(app: Any, path: str) -> float:  # noqa: ANN401 - an application
    """Return the CPU time of a request: the least of several rounds, which nothing disturbed."""
    rounds: list[float] = []
    async with client_of(app) as client:
        for _ in range(ROUNDS):
            started = time.process_time()
            for _ in range(REQUESTS):
                answer = await client.post(
                    path, json={"id": "018f0c2e-0000-7000-8000-000000000000"}
                )
                assert answer.status_code == 200, answer.text
            rounds.append((time.process_time() - started) / REQUESTS)
    return min(rounds)


async def test_a_request_costs_the_same_in_a_contract_of_any_size(tmp_path: Path) -> None:
    costs: dict[int, float] = {}
    for size in SIZES:
        (tmp_path / str(size)).mkdir()
        tags: dict[str, type] = {f"group{number}": Echo for number in range(size // 10 + 1)}
        started = time.process_time()
        app = make_app(tmp_path / str(size), contract(size), tags)
        made = time.process_time() - started
        started = time.process_time()
        conformance = app.state.rules["v1"].conformance
        package = next(path.name for path in (tmp_path / str(size)).glob("served*"))

        for operation in import_module(f"{package}.schemas.v1.operations").OPERATIONS.values():
            conformance.prepare(operation)

        compiled = time.process_time() - started
        costs[size] = await seconds_per_request(app, f"/things{size - 1}")
        figures.record(
            f"contract of {size} operations",
            f"adopt, generate and import {made:.1f} s, compile {compiled * 1000:.0f} ms, "
            f"request {costs[size] / costs[SMALL]:.2f} of that with {SMALL}",
        )

    assert max(costs.values()) < MOST_PER_REQUEST * costs[SMALL]
