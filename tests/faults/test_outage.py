"""PostgreSQL stops, hangs and comes back: the service says so and recovers by itself."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from statistics import median

import httpx2
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.main import create_app
from tests import figures
from tests.apps import own_log, running
from tests.clients import Caller
from tests.faults.conftest import needs_postgresql
from tests.faults.proxy import Proxy
from tests.problems import assert_problem
from tests.statements import watched
from tests.waiting import LIMIT_SECONDS, until

pytestmark = [pytest.mark.fault, needs_postgresql]


@pytest.fixture
async def app(proxied_settings: Settings) -> AsyncIterator[FastAPI]:
    """Give an application that reaches PostgreSQL through the proxy."""
    with own_log():
        async with running(create_app(proxied_settings)) as application:
            yield application


async def readiness_is(client: httpx2.AsyncClient, status: int) -> float:
    """Wait until readiness is answered so, and return how many seconds that took."""
    began = time.perf_counter()

    async def is_answered() -> bool:
        return (await client.get("/health/ready")).status_code == status

    await until(is_answered)
    return time.perf_counter() - began


async def seconds_of(client: httpx2.AsyncClient, count: int) -> list[float]:
    """Return how long each of many answers about readiness took, in ascending order."""
    found = []
    for _ in range(count):
        asked = time.perf_counter()
        await client.get("/health/ready")
        found.append(time.perf_counter() - asked)
    return sorted(found)


def assert_unavailable(answer: httpx2.Response) -> None:
    assert_problem(answer, 503, "service-unavailable")
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_stopped_database_is_answered_503_and_recovers(
    client: httpx2.AsyncClient, ada: Caller, proxy: Proxy
) -> None:
    await readiness_is(client, 200)

    await proxy.cut()
    assert_unavailable(await ada.get("/users/me"))
    assert_unavailable(await ada.patch("/users/me", {"display_name": "Ada L."}))
    down = await readiness_is(client, 503)
    assert_unavailable(await client.get("/health/ready"))
    assert (await client.get("/health/live")).status_code == 200

    await proxy.restore()
    up = await readiness_is(client, 200)
    assert (await ada.patch("/users/me", {"display_name": "Ada L."})).status_code == 200

    figures.record("PostgreSQL stopped", f"down after {down:.2f} s, up after {up:.2f} s")


async def test_readiness_never_waits_for_a_database_that_hangs(
    app: FastAPI, client: httpx2.AsyncClient, proxy: Proxy
) -> None:
    await readiness_is(client, 200)

    proxy.freeze()
    await readiness_is(client, 503)
    with watched(app) as statements:
        assert_unavailable(await client.get("/health/ready"))
    proxy.thaw()
    await readiness_is(client, 200)

    assert statements == []


@pytest.mark.load
async def test_readiness_is_answered_as_soon_while_the_database_hangs(
    client: httpx2.AsyncClient, proxy: Proxy
) -> None:
    await readiness_is(client, 200)
    before = await seconds_of(client, 200)

    proxy.freeze()
    down = await readiness_is(client, 503)
    hanging = await seconds_of(client, 200)
    proxy.thaw()
    up = await readiness_is(client, 200)

    ratio = median(hanging) / median(before)
    figures.record(
        "PostgreSQL frozen",
        f"readiness says down after {down:.2f} s, up after {up:.2f} s; an answer takes "
        f"{ratio:.1f} times as long as before, slowest {1_000 * hanging[-1]:.1f} ms",
    )
    assert ratio < 3
    assert down < 2
    assert up < 2


async def test_requests_to_a_database_that_hangs_end_and_the_pool_recovers(
    client: httpx2.AsyncClient, ada: Caller, proxy: Proxy
) -> None:
    await asyncio.gather(*(ada.get("/users/me") for _ in range(5)))

    proxy.freeze()
    began = time.perf_counter()
    async with asyncio.timeout(LIMIT_SECONDS):
        answers = await asyncio.gather(
            *(ada.get("/users/me") for _ in range(20)),
            *(ada.patch("/users/me", {"display_name": "A"}) for _ in range(20)),
        )
    ended = time.perf_counter() - began
    proxy.thaw()
    back = await readiness_is(client, 200)
    again = await asyncio.gather(*(ada.get("/users/me") for _ in range(20)))

    for answer in answers:
        assert_unavailable(answer)
    assert Counter(answer.status_code for answer in again) == {200: 20}
    figures.record(
        "PostgreSQL frozen",
        f"40 requests answered 503 within {ended:.1f} s, all well again after {back:.2f} s",
    )
