"""What limits cost, and how exact limits and cache are, on several processes."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import median
from typing import Any, cast
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.core.config import Settings
from app.core.rate_limit import FallbackLimiter, MemoryLimiter, Policy, RedisLimiter
from app.core.redis import Breaker, make_redis
from app.main import create_app
from tests import backends, figures
from tests.apps import changed, started
from tests.clients import Caller, sign_up
from tests.load.workers import CALLERS, CLIENTS, PROCESSES, hammer, say_hello, stampede
from tests.redis_server import RedisServer, needs_redis_server, redis_server
from tests.versions import OPERATIONS
from tests.waiting import LIMIT_SECONDS

SHORT = [Policy("burst", 100, 1), Policy("sustained", 150, 2)]
LONG = [Policy("burst", 100, 1), Policy("sustained", 300, 5)]

pytestmark = pytest.mark.load

needs_redis = pytest.mark.skipif(not backends.HAS_REDIS, reason="there is no Redis server")


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Give processes that have imported everything."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        everywhere(pool, say_hello, f"test:{uuid4().hex}:")
        yield pool


def everywhere(pool: ProcessPoolExecutor, work: Callable[..., Any], *args: object) -> list[Any]:
    """Run something in every process at the same time."""
    running = [pool.submit(work, backends.REDIS_URL, *args) for _ in range(PROCESSES)]
    return [one.result(60) for one in running]


def worst_window(moments: Sequence[int], seconds: int) -> int:
    """Return the largest number of moments in any window, wherever it starts."""
    worst = first = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - 1_000_000 * seconds:
            first += 1
        worst = max(worst, last - first + 1)
    return worst


@needs_redis
@pytest.mark.parametrize(
    ("policies", "seconds"),
    [(SHORT, 1.6), (LONG, 12)],
    ids=["short", "long"],
)
async def test_no_window_holds_more_than_its_limit_on_any_process(
    pool: ProcessPoolExecutor, policies: Sequence[Policy], seconds: float
) -> None:
    prefix = f"test:{uuid4().hex}:"
    requests = sum(everywhere(pool, hammer, prefix, policies, seconds))
    async with Redis.from_url(backends.REDIS_URL) as redis:
        # The server's own clock stamped them.
        accepted = [int(moment) for moment in await redis.lrange(f"{prefix}accepted", 0, -1)]
        await redis.delete(f"{prefix}accepted")

    worst = [worst_window(accepted, policy.seconds) for policy in policies]
    told = ", ".join(
        f"worst {policy.seconds} s window {found} of {policy.requests}"
        for policy, found in zip(policies, worst, strict=True)
    )
    name = f"{PROCESSES} processes, {CLIENTS} clients, {seconds} s"
    figures.record(name, f"{len(accepted)} of {requests:,} requests let through; {told}")
    assert worst == [policy.requests for policy in policies]


@needs_redis
async def test_of_many_callers_one_of_each_process_loads(pool: ProcessPoolExecutor) -> None:
    prefix = f"test:{uuid4().hex}:"
    values = everywhere(pool, stampede, prefix)
    async with Redis.from_url(backends.REDIS_URL) as redis:
        loads = int(await redis.getdel(f"{prefix}loads") or 0) - PROCESSES

    figures.record(f"{CALLERS} callers of a cold key, {PROCESSES} processes", f"{loads} loads")
    assert values == [{"value"}] * PROCESSES
    assert 1 <= loads <= PROCESSES


Timed = Callable[[], Awaitable[object]]


async def side_by_side(calls: Mapping[str, Timed], rounds: int) -> dict[str, list[float]]:
    """Return the microseconds of each call, in ascending order; they take turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            started_at = time.perf_counter()
            await call()
            times[name].append(1_000_000 * (time.perf_counter() - started_at))
    return {name: sorted(found) for name, found in times.items()}


def p50_p99(times: Sequence[float]) -> str:
    return f"p50 {median(times):,.0f}, p99 {times[int(0.99 * len(times))]:,.0f} µs"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@needs_redis_server
async def test_a_limit_costs_little_more_than_a_ping(server: RedisServer) -> None:
    rounds = 5_000
    policies = [Policy("second", 50, 1), Policy("minute", 1_000, 60)]
    async with make_redis(server.url) as redis:
        limiter = FallbackLimiter(
            RedisLimiter(redis, "test:"),
            MemoryLimiter(),
            Breaker(lambda _: None, timeout_seconds=LIMIT_SECONDS),
        )
        await limiter.hit("warm", policies)
        hits = iter(range(rounds))

        async def hit() -> None:
            await limiter.hit(f"user:{next(hits) % 20}", policies)

        times = await side_by_side({"PING": redis.ping, "hit": hit}, rounds)

    ratio = median(times["hit"]) / median(times["PING"])
    figures.record(
        f"two policies on Redis, {rounds:,} requests",
        f"{p50_p99(times['hit'])}; PING {p50_p99(times['PING'])}; {ratio:.2f} times PING",
    )
    assert ratio < 4


@pytest.fixture
async def ada(settings: Settings) -> AsyncIterator[Caller]:
    app = create_app(changed(settings, redis_prefix=f"test:{uuid4().hex}:"))
    async with started(app) as client:
        yield await sign_up(client, "Ada")


async def test_what_a_limit_adds_to_a_request(
    ada: Caller, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    extensions = cast("dict[str, object]", OPERATIONS["getMe"].extensions)

    def get(rule: Mapping[str, object] | None) -> Timed:
        async def call() -> None:
            with monkeypatch.context() as patch:
                if rule is not None:
                    patch.setitem(extensions, "x-rate-limit", rule)
                assert (await ada.get("/users/me")).status_code == 200

        return call

    calls = {"no limit": get({"policies": []}), "two policies": get(None)}
    times = await side_by_side(calls, 1_500)

    added = median(times["two policies"]) - median(times["no limit"])
    where = "memory" if settings.redis_url is None else "Redis"
    figures.record(
        f"GET /users/me [{backends.kind_of(settings)}, limits in {where}]",
        "; ".join(f"{name} {p50_p99(found)}" for name, found in times.items())
        + f"; added {added:,.0f} µs",
    )
    assert added < median(times["no limit"])
