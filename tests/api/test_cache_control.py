"""Headers for the caches of others: who may keep an answer, and for how long."""

from typing import Any, cast
from uuid import uuid4

import httpx2
import pytest

from app.api.request.response import FixedHeaders
from app.api.request.route import ContractRoute
from app.schemas.operation import Operation
from tests.clients import Caller
from tests.versions import OPERATIONS


def extend(monkeypatch: pytest.MonkeyPatch, operation: Operation, **rule: object) -> None:
    """Let the contract say more about how long an operation's answer may be kept."""
    monkeypatch.setitem(cast("dict[str, object]", operation.extensions), "x-cache", rule)
    fresh = property(lambda route: FixedHeaders(route.operation))
    monkeypatch.setattr(ContractRoute, "fixed_headers", fresh)


async def own_path(admin: Caller) -> str:
    """Return the path of the caller's account, whose answers have an ETag."""
    return f"/users/{(await admin.get('/users/me')).json()['id']}"


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", "/users/me", 200, "private, no-cache"),
        ("HEAD", "/users/me", 200, "private, no-cache"),
        ("GET", "/users/me/sessions", 200, "private, no-cache"),
        ("DELETE", "/users/me/sessions/0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59", 404, "no-store"),
        ("GET", "/users/me/sessions?limit=0", 422, "no-store"),
        ("PATCH", "/users/me", 200, "no-store"),
        ("GET", "/health/live", 200, "no-store"),
        ("POST", "/auth/token", 415, "no-store"),
    ],
)
async def test_who_may_keep_an_answer(
    ada: Caller, method: str, path: str, status: int, expected: str
) -> None:
    body: dict[str, str] | None = {} if method in {"PATCH", "POST"} else None

    answer = await ada.request(method, path, body)

    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, expected)
    secured = path.startswith("/users")
    assert ("Authorization" in answer.headers.get("Vary", "")) == secured


async def test_an_anonymous_answer_to_a_secured_operation_varies_too(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get("/users/me")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (401, "no-store")
    assert "Authorization" in answer.headers["Vary"]


async def test_an_answer_without_body_keeps_the_validators(admin: Caller) -> None:
    path = await own_path(admin)
    whole = await admin.get(path)

    answer = await admin.request("GET", path, **{"If-None-Match": whole.headers["ETag"]})

    assert (answer.status_code, answer.content) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert answer.headers[name] == whole.headers[name]
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"seconds": 60}, "private, max-age=60"),
        ({"seconds": 60, "public": False}, "private, max-age=60"),
        ({"seconds": 3600, "public": True}, "public, max-age=3600"),
    ],
    ids=str,
)
async def test_the_contract_may_let_an_answer_be_kept(
    admin: Caller, monkeypatch: pytest.MonkeyPatch, rule: dict[str, Any], expected: str
) -> None:
    extend(monkeypatch, OPERATIONS["getLiveness"], **rule)
    extend(monkeypatch, OPERATIONS["getUser"], **rule)
    path = await own_path(admin)
    whole = await admin.get(path)

    kept = [await admin.get("/health/live"), whole]
    kept += [await admin.request("GET", path, **{"If-None-Match": whole.headers["ETag"]})]
    refused = await admin.get(f"/users/{uuid4()}")

    assert [answer.headers["Cache-Control"] for answer in kept] == [expected] * 3
    assert refused.headers["Cache-Control"] == "no-store"
