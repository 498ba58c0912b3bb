"""Too many requests at once, and requests that take too long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text

from app.core.config import Settings
from app.core.load import waiting
from app.main import create_app
from app.telemetry.metrics import REQUESTS_IN_FLIGHT, REQUESTS_SHED
from tests.apps import AppClient, changed, make_settings, started
from tests.clients import sign_up
from tests.metrics import value_of
from tests.problems import assert_problem
from tests.versions import PREFIX
from tests.waiting import until


class Blocking:
    """A service of which every method waits until it may go on."""

    def __init__(self) -> None:
        self.may_go_on = asyncio.Event()
        self.entered = 0

    async def get_page(self) -> dict[str, str]:
        self.entered += 1
        await self.may_go_on.wait()
        return {}


@asynccontextmanager
async def blocked(**settings: float) -> AsyncIterator[tuple[AppClient, Blocking]]:
    """Give a client of an application whose route `/blocked` waits."""
    app, blocking = create_app(make_settings(**settings)), Blocking()
    app.add_api_route("/blocked", blocking.get_page)
    async with started(app) as client:
        yield client, blocking


async def get(client: httpx2.AsyncClient, path: str, **headers: str) -> httpx2.Response:
    return await client.get(f"http://test{path}", headers=headers)


async def test_a_request_above_the_limit_is_refused_at_once_and_probes_are_not() -> None:
    shed = value_of(REQUESTS_SHED)
    async with blocked(max_requests=1) as (client, blocking):
        first = asyncio.create_task(get(client, "/blocked"))
        await until(lambda: blocking.entered == 1)

        refused = await get(client, "/blocked")
        probes = [await get(client, p) for p in ("/health/live", f"{PREFIX}/health/live")]

        in_flight = value_of(REQUESTS_IN_FLIGHT)
        blocking.may_go_on.set()
        accepted = [await first, await get(client, "/blocked")]

    assert_problem(refused, 503, "service-unavailable")
    assert refused.headers["Retry-After"] == "1"
    assert [answer.status_code for answer in [*probes, *accepted]] == [200] * 4
    assert blocking.entered == 2
    assert in_flight == 1
    assert value_of(REQUESTS_SHED) == shed + 1


async def test_a_request_that_waits_under_a_limit_of_its_own_is_not_in_flight() -> None:
    async def wait() -> dict[str, str]:
        with waiting():
            await blocking.get_page()
        return {}

    async with blocked(max_requests=1) as (client, blocking):
        client.app.add_api_route("/waiting", wait)
        waiter = asyncio.create_task(get(client, "/waiting"))
        await until(lambda: blocking.entered == 1)

        other = await get(client, "/nothing")
        blocking.may_go_on.set()
        await waiter

    assert other.status_code == 404
    assert value_of(REQUESTS_IN_FLIGHT) == 0


async def test_a_stream_and_a_body_on_its_way_are_not_in_flight() -> None:
    may_end = asyncio.Event()
    begun: list[str] = []

    async def pieces() -> AsyncIterator[bytes]:
        begun.append("stream")
        yield b"first"
        await may_end.wait()

    async def slow_body() -> AsyncIterator[bytes]:
        begun.append("body")
        await may_end.wait()
        yield b"{}"

    app = create_app(make_settings(max_requests=1))
    app.add_api_route("/stream", lambda: StreamingResponse(pieces()))
    async with started(app) as client:
        stream = asyncio.create_task(get(client, "/stream"))
        await until(lambda: begun == ["stream"])
        upload = asyncio.create_task(client.post("/auth/register", content=slow_body()))
        await until(lambda: begun == ["stream", "body"])

        other = await get(client, "/nothing")
        may_end.set()
        await asyncio.gather(stream, upload)

    assert other.status_code == 404


async def test_a_request_ends_at_the_deadline_of_the_settings() -> None:
    async with blocked(request_timeout_seconds=0.05) as (client, _blocking):
        answer = await get(client, "/blocked")

    assert (
        "did not end within 0.05 s" in assert_problem(answer, 503, "service-unavailable")["detail"]
    )
    assert value_of(REQUESTS_IN_FLIGHT) == 0


@pytest.mark.parametrize("prefer", ["wait=0", "respond-async, WAIT=0", 'wait="0"; x=y'])
async def test_a_client_may_ask_for_an_earlier_deadline(prefer: str) -> None:
    async with blocked() as (client, _blocking):
        answer = await get(client, "/blocked", Prefer=prefer)

    assert "within 0 s" in assert_problem(answer, 503, "service-unavailable")["detail"]


@pytest.mark.parametrize("prefer", ["wait=", "wait=-1", "await=0", "wait=1e1", "wait=999999"])
async def test_no_other_preference_changes_the_deadline(prefer: str) -> None:
    async with blocked(request_timeout_seconds=0.05) as (client, _blocking):
        answer = await get(client, "/blocked", Prefer=prefer)

    assert "within 0.05 s" in assert_problem(answer, 503, "service-unavailable")["detail"]


async def test_the_deadline_ends_a_statement_on_the_server_and_keeps_its_connection(
    settings: Settings,
) -> None:
    if settings.sqlite_file is not None:
        pytest.skip("SQLite has no server")
    mark = "SELECT pg_sleep(600) /* deadline */"
    running = text("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = :q")
    app = create_app(
        changed(
            settings, request_timeout_seconds=0.5, database_pool_size=1, database_max_overflow=0
        )
    )

    async def sleep() -> dict[str, str]:
        async with app.state.resources.database.read() as work:
            await work.session.execute(text(mark))
        return {}

    app.add_api_route("/sleep", sleep)
    async with started(app) as client:
        answer = await get(client, "/sleep")
        async with app.state.resources.database.read() as work:
            left = await work.session.scalar(running, {"q": mark})

    assert_problem(answer, 503, "service-unavailable")
    assert left == 0


# part example
async def test_the_idempotency_key_of_a_request_that_took_too_long_is_free_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: FastAPI = create_app(changed(settings, request_timeout_seconds=2))
    blocking = Blocking()
    async with started(app) as client:
        ada = await sign_up(client, "Ada")
        once = {"Idempotency-Key": "the-only-one"}
        with monkeypatch.context() as patched:
            patched.setattr(
                "app.db.repositories.items.ItemRepository.add",
                lambda *_: blocking.get_page(),
            )
            late = await ada.request("POST", "/items", {"name": "Oak"}, **once)
        again = await ada.request("POST", "/items", {"name": "Oak"}, **once)

    assert_problem(late, 503, "service-unavailable")
    assert again.status_code == 201


# end part
