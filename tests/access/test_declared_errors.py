"""Every operation answers each error that the contract declares for all operations alike.

Errors that follow from the state of a resource are tested with the resource, and 401, 403 and 404
with the callers in `test_matrix.py`. Each answer is compared with the contract.
"""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from app import schemas
from app.api.request.dispatch import max_body_bytes
from app.api.request.handshake import SWITCHED
from app.api.version import Version
from app.api.versions import VERSIONS
from app.core.exceptions import LostRace, ServiceUnavailable
from app.core.security import ROLE_SCOPES
from app.main import create_app
from app.schemas.operation import Operation
from tests.access.rows import headers_of, row_of
from tests.apps import make_settings, replace_services, started
from tests.clients import Caller
from tests.tokens import issue_let_in

Call = tuple[Version, Operation]
CALLS: list[Call] = [(one, each) for one in VERSIONS for each in one.operations.values()]
FORM = "application/x-www-form-urlencoded"


def busy() -> ServiceUnavailable:
    """Return the error of a dependency that does not answer."""
    return ServiceUnavailable("The database does not answer.")


@dataclass
class Broken:
    """A service whose methods all fail alike."""

    error: Callable[[], Exception]
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def fail(*_: object, **__: object) -> None:
            self.calls.append(name)
            raise self.error()

        return fail


@dataclass(frozen=True)
class Api:
    """An application without a database, and a caller whose token it accepts."""

    app: FastAPI
    client: httpx2.AsyncClient
    headers: Mapping[str, str]

    def break_services(self, error: Callable[[], Exception]) -> Broken:
        """Let every operation fail with an error."""
        broken = Broken(error)
        replace_services(self.app, **{one.name: broken for one in fields(schemas.Services)})
        return broken

    async def send(
        self,
        call: Call,
        content: str | bytes | AsyncIterator[bytes] | None = None,
        **changed: Any,  # noqa: ANN401 - httpx2's own
    ) -> httpx2.Response:
        """Send a valid request, except for what is changed."""
        version, operation = call
        row = row_of(operation.operation_id, version.name)
        content = row.content if content is None else content
        sent = content if isinstance(content, bytes) else None
        headers = {**self.headers, **headers_of(row, sent), **changed.pop("headers", {})}
        if row.body is not None and content is None:
            body = row.body(Caller("ada@example.com", {}, self.client))
            is_form = FORM in operation.bodies
            content = urlencode(body) if is_form else json.dumps(body)
        if operation.bodies:
            headers = {"Content-Type": next(iter(operation.bodies))} | headers
        names: Mapping[str, str] = changed.pop("path", {})
        path = re.sub(r"\{(\w+)\}", lambda it: names.get(it[1], str(uuid4())), operation.path)
        url = f"http://test{version.prefix}{path}"
        return await self.client.request(
            operation.method, url, headers=headers, content=content, **changed
        )


@asynccontextmanager
async def open_api(**changes: object) -> AsyncIterator[Api]:
    settings = make_settings(**changes)
    app = create_app(settings)
    async with started(app) as client:
        scope = " ".join(sorted(ROLE_SCOPES["admin"]))
        token = await issue_let_in(app, settings, scope=scope)
        yield Api(app, client, {"Authorization": f"Bearer {token}"})


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with open_api() as api:
        yield api


async def too_large() -> AsyncIterator[bytes]:
    """Yield a body without a length, so that the application notices its size while it reads."""
    for _ in range(80):
        yield b" " * 1024


async def wrong_answers(
    status: int, send: Callable[[Call], Awaitable[httpx2.Response]]
) -> dict[str, str]:
    """Return the operations that declare a status and do not answer it.

    A request that is no handshake does not reach the service of a WebSocket.
    """
    answers = {
        f"{call[0].name} {call[1].operation_id}": await send(call)
        for call in CALLS
        if status in call[1].statuses and not (status >= 500 and SWITCHED in call[1].statuses)
    }
    assert answers
    return {name: got.text for name, got in answers.items() if got.status_code != status}


async def test_a_body_that_cannot_be_read_is_refused(api: Api) -> None:
    async def send(call: Call) -> httpx2.Response:
        if not call[1].bodies:
            return await api.send(call, params={"cursor": "bm9uZQ"})
        return await api.send(call, b"\xff{")

    assert await wrong_answers(400, send) == {}


async def test_a_body_that_is_too_large_is_refused(api: Api) -> None:
    async def send(call: Call) -> httpx2.Response:
        if own := max_body_bytes(call[1]):
            return await api.send(call, b"", headers={"Content-Length": str(own + 1)})
        return await api.send(call, too_large())

    assert await wrong_answers(413, send) == {}


async def test_a_body_of_another_media_type_is_refused(api: Api) -> None:
    headers = {"Content-Type": "text/plain"}

    assert await wrong_answers(415, lambda call: api.send(call, b"x", headers=headers)) == {}


async def test_a_parameter_that_the_contract_does_not_have_is_refused(api: Api) -> None:
    assert await wrong_answers(422, lambda call: api.send(call, params={"unknown": "1"})) == {}


async def test_a_used_up_quota_is_refused() -> None:
    once = {"rate_limit_per_second": 1, "rate_limit_per_minute": 1, "rate_limit_scale": 0.001}
    async with open_api(**once) as api:
        api.break_services(busy)

        async def send(call: Call) -> httpx2.Response:
            await api.send(call)
            return await api.send(call)

        assert await wrong_answers(429, send) == {}


@pytest.mark.parametrize(("status", "error"), [(500, RuntimeError), (503, busy)])
async def test_a_service_that_fails_is_answered_as_the_contract_declares(
    api: Api, status: int, error: Callable[[], Exception]
) -> None:
    broken = api.break_services(error)

    assert await wrong_answers(status, api.send) == {}
    reached = [one for _, one in CALLS if status in one.statuses and SWITCHED not in one.statuses]
    assert len(broken.calls) == len(reached)


async def test_a_change_that_lost_every_race_is_a_conflict(api: Api) -> None:
    api.break_services(LostRace)

    assert await wrong_answers(409, api.send) == {}
