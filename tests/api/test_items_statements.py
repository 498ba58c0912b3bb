"""SQL statements per request: few, and no more for a long list than for a short one."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from tests import figures
from tests.backends import kind_of
from tests.clients import Caller
from tests.items import create, create_at_once
from tests.statements import watched

Act = Callable[[Caller, str], Awaitable[httpx2.Response]]


async def repeat(caller: Caller, path: str) -> httpx2.Response:
    """Create twice with one key, and return the second answer."""
    headers = {"Idempotency-Key": str(uuid4())}
    first = await caller.request("POST", "/items", {"name": "Oak"}, **headers)
    assert first.status_code == 201
    return await caller.request("POST", "/items", {"name": "Oak"}, **headers)


OPERATIONS: dict[str, tuple[Act, int]] = {
    "list items": (lambda caller, path: caller.get("/items?limit=100"), 1),
    "create item": (lambda caller, path: caller.post("/items", {"name": "Oak"}), 1),
    "create item with a key": (
        lambda caller, path: caller.request(
            "POST", "/items", {"name": "Oak"}, **{"Idempotency-Key": str(uuid4())}
        ),
        3,
    ),
    "create item with a key, twice": (repeat, 5),
    "get item": (lambda caller, path: caller.get(path), 1),
    "update item": (lambda caller, path: caller.patch(path, {"quantity": 1}), 2),
    "delete item": (lambda caller, path: caller.delete(path), 2),
    "get own account": (lambda caller, path: caller.get("/users/me"), 1),
    "update own account": (
        lambda caller, path: caller.patch("/users/me", {"display_name": "Countess"}),
        2,
    ),
}


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_an_operation_costs_a_known_number_of_statements(
    ada: Caller, app: FastAPI, settings: Settings, operation: str
) -> None:
    item = await create(ada)
    act, expected = OPERATIONS[operation]

    with watched(app) as statements:
        answer = await act(ada, f"/items/{item['id']}")

    assert answer.is_success, answer.text
    assert len(statements) == expected, statements
    figures.record(f"SQL statements [{kind_of(settings)}]", f"{operation} {expected}")


async def test_a_long_list_costs_as_many_statements_as_a_short_one(
    ada: Caller, app: FastAPI
) -> None:
    counts: dict[int, int] = {}
    for length in (1, 100):
        await create_at_once(app, ada, ["Oak"] * (length - len(counts)))
        with watched(app) as statements:
            answer = await ada.get("/items?limit=100")
        counts[len(answer.json()["items"])] = len(statements)

    assert counts == {1: 1, 100: 1}
