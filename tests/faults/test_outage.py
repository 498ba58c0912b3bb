"""PostgreSQL stops, hangs and comes back: the service says so and recovers by itself."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator

import httpx2
import pytest

from app.core.config import Settings
from app.main import create_app
from tests import figures
from tests.apps import started
from tests.clients import Caller
from tests.faults.conftest import needs_postgresql
from tests.faults.proxy import Proxy
from tests.problems import assert_problem

pytestmark = [pytest.mark.faults, needs_postgresql]


@pytest.fixture
async def client(proxied_settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """Give a client of an application that reaches PostgreSQL through the proxy."""
    async with started(create_app(proxied_settings)) as client:
        yield client


async def seconds_until(client: httpx2.AsyncClient, status: int, latencies: list[float]) -> float:
    """Poll readiness until it answers so; collect how long each answer took."""
    began = time.perf_counter()
    while True:
        asked = time.perf_counter()
        answer = await client.get("/health/ready")
        latencies.append(time.perf_counter() - asked)
        if answer.status_code == status:
            return asked - began
        assert time.perf_counter() - began < 10
        await asyncio.sleep(0.01)


async def wait_for_probe(client: httpx2.AsyncClient) -> None:
    """Wait for a probe that succeeds, so that what comes now is noticed as late as can be."""
    age = float("inf")
    while True:
        checks = (await client.get("/health/ready")).json()["checks"]
        before, age = age, min(check["age_seconds"] for check in checks)
        if age < before != float("inf"):
            return
        await asyncio.sleep(0.005)


def assert_unavailable(answer: httpx2.Response) -> None:
    assert_problem(answer, 503, "service-unavailable")
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_stopped_database_is_answered_503_and_recovers(
    client: httpx2.AsyncClient, ada: Caller, proxy: Proxy
) -> None:
    await wait_for_probe(client)
    latencies: list[float] = []

    await proxy.cut()
    asked = time.perf_counter()
    assert_unavailable(await ada.get("/items"))
    assert_unavailable(await ada.post("/items", {"name": "Oak"}))
    refused = (time.perf_counter() - asked) / 2
    down = await seconds_until(client, 503, latencies)
    assert_unavailable(await client.get("/health/ready"))
    assert (await client.get("/health/live")).status_code == 200

    await proxy.restore()
    up = await seconds_until(client, 200, latencies)
    assert (await ada.post("/items", {"name": "Oak"})).status_code == 201

    assert down < 2
    assert up < 2
    figures.record(
        "PostgreSQL stopped",
        f"503 after {1_000 * refused:.0f} ms, down after {down:.2f} s, up after {up:.2f} s",
    )


async def test_readiness_tells_at_once_that_the_database_hangs(
    client: httpx2.AsyncClient, proxy: Proxy
) -> None:
    """Promise 18."""
    await wait_for_probe(client)
    latencies: list[float] = []

    proxy.freeze()
    down = await seconds_until(client, 503, latencies)
    for _ in range(20):
        await seconds_until(client, 503, latencies)
    proxy.thaw()
    up = await seconds_until(client, 200, latencies)

    p99 = sorted(latencies)[int(0.99 * len(latencies)) - 1]
    figures.record(
        "PostgreSQL frozen",
        f"readiness says down after {down:.2f} s, up after {up:.2f} s; {len(latencies)} answers, "
        f"p99 {1_000 * p99:.1f} ms, slowest {1_000 * max(latencies):.1f} ms",
    )
    assert down < 2
    assert up < 2
    assert p99 < 0.05


async def test_requests_to_a_database_that_hangs_end_and_the_pool_recovers(
    client: httpx2.AsyncClient, ada: Caller, proxy: Proxy
) -> None:
    await asyncio.gather(*(ada.get("/items") for _ in range(5)))

    proxy.freeze()
    asked = time.perf_counter()
    async with asyncio.timeout(15):
        answers = await asyncio.gather(
            *(ada.get("/items") for _ in range(20)),
            *(ada.post("/items", {"name": "Oak"}) for _ in range(20)),
        )
    ended = time.perf_counter() - asked
    proxy.thaw()
    back = await seconds_until(client, 200, [])
    again = await asyncio.gather(*(ada.get("/items") for _ in range(20)))

    for answer in answers:
        assert_unavailable(answer)
    assert Counter(answer.status_code for answer in again) == {200: 20}
    figures.record(
        "PostgreSQL frozen",
        f"40 requests answered 503 within {ended:.1f} s, all well again after {back:.2f} s",
    )
