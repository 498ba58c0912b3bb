"""Redis that freezes, dies and comes back under load."""

import asyncio
import logging
import math
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import pytest
from pydantic import BaseModel, SecretStr

from app.core.cache import Cache, RedisStore
from app.core.config import Settings
from app.core.rate_limit import FallbackLimiter, MemoryLimiter, Policy, RedisLimiter
from app.core.redis import MAX_CALLS, Breaker, make_redis
from app.main import create_app
from app.telemetry.metrics import REDIS_UP
from tests import backends, figures
from tests.apps import changed, started
from tests.clients import Caller, sign_up
from tests.items import create
from tests.metrics import value_of
from tests.redis_server import RedisServer, needs_redis_server, redis_server
from tests.waiting import LIMIT_SECONDS, until

pytestmark = [pytest.mark.fault, needs_redis_server]

OUTAGE_SECONDS = 1.2
PAUSE = 1.0
CLIENTS = 64
TIMEOUT_SECONDS = 0.05
SAID = {False: "redis does not answer", True: "redis answers again"}

Fault = Callable[[RedisServer], None]


def freeze(server: RedisServer) -> None:
    server.freeze()


def kill(server: RedisServer) -> None:
    server.stop(signal.SIGKILL)


def shut_down(server: RedisServer) -> None:
    server.stop(signal.SIGTERM)


def thaw(server: RedisServer) -> None:
    server.thaw()


def start(server: RedisServer) -> None:
    server.start()


FAULTS = pytest.mark.parametrize(
    ("fault", "repair"), [(freeze, thaw), (kill, start), (shut_down, start)]
)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Collect what the breaker logs."""
    collected: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            collected.append(record.getMessage())

    logger, collector = logging.getLogger("app.core.redis"), Collector()
    logger.addHandler(collector)
    # An application that another test started may have made the root logger quieter.
    logger.setLevel(logging.WARNING)
    yield collected
    logger.setLevel(logging.NOTSET)
    logger.removeHandler(collector)


@dataclass
class Load:
    """Clients that call over and over, and how long each call took, phase by phase."""

    call: Callable[[], Awaitable[object]]
    clients: int
    phase: str = "before"
    seconds: dict[str, list[float]] = field(default_factory=dict)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self.tasks = [asyncio.create_task(self._run()) for _ in range(self.clients)]
        await self.has_called(20)
        return self

    async def has_called(self, times: int) -> None:
        """Wait until this phase has so many calls per client."""
        await until(lambda: len(self.seconds.get(self.phase, [])) >= times * self.clients)

    async def __aexit__(self, *_: object) -> None:
        for task in self.tasks:
            task.cancel()
        ends = await asyncio.gather(*self.tasks, return_exceptions=True)
        assert {type(end) for end in ends} == {asyncio.CancelledError}, ends

    async def _run(self) -> None:
        while True:
            phase, started_at = self.phase, time.perf_counter()
            await self.call()
            self.seconds.setdefault(phase, []).append(time.perf_counter() - started_at)
            await asyncio.sleep(0)

    def describe(self, phase: str) -> str:
        """Return count, median, p99 and maximum of a phase, in milliseconds."""
        p50, p99, most = (1_000 * self.quantile(phase, part) for part in (0.5, 0.99, 1))
        count = len(self.seconds[phase])
        return f"{count:,} calls, p50 {p50:.2f}, p99 {p99:.2f}, max {most:.1f} ms"

    def quantile(self, phase: str, part: float) -> float:
        """Return the seconds that this part of the calls of a phase did not exceed."""
        ordered = sorted(self.seconds[phase])
        return ordered[min(len(ordered) - 1, math.floor(part * len(ordered)))]


@dataclass
class Limited:
    """A limiter in front of a server, as the application builds it, and what it told."""

    limiter: FallbackLimiter
    breaker: Breaker
    told: list[bool]
    asked: list[float]


@asynccontextmanager
async def limited_by(
    server: RedisServer, timeout_seconds: float = LIMIT_SECONDS
) -> AsyncIterator[Limited]:
    told: list[bool] = []
    asked: list[float] = []
    breaker = Breaker(told.append, PAUSE, timeout_seconds=timeout_seconds)
    async with make_redis(server.url) as redis:

        class Watched(RedisLimiter):
            async def hit(self, key, policies, **kwargs):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN003, ANN202
                asked.append(time.monotonic())
                return await super().hit(key, policies, **kwargs)

        local = MemoryLimiter(processes=4)
        limiter = FallbackLimiter(Watched(redis, "test:"), local, breaker)
        yield Limited(limiter, breaker, told, asked)


@pytest.fixture
async def limited(server: RedisServer) -> AsyncIterator[Limited]:
    """A limiter that only a closed connection or an error tells that Redis is gone."""
    async with limited_by(server) as one:
        yield one


@pytest.fixture
async def hasty(server: RedisServer) -> AsyncIterator[Limited]:
    """A limiter with the time limit of production."""
    async with limited_by(server, TIMEOUT_SECONDS) as one:
        yield one


async def break_and_repair(
    server: RedisServer, hasty: Limited, fault: Fault, repair: Fault
) -> Load:
    """Let many clients call before, during and after an outage."""
    policy = Policy("second", 1_000_000, 1)
    async with Load(lambda: hasty.limiter.hit("ada", [policy]), CLIENTS) as load:
        fault(server)
        await until(lambda: hasty.told[-1:] == [False])
        load.phase = "down"
        hasty.asked.clear()
        began = time.monotonic()
        await until(lambda: len(hasty.asked) >= 2)
        asked, seconds = len(hasty.asked), time.monotonic() - began
        await load.has_called(20)
        load.phase = "back"
        await asyncio.to_thread(repair, server)
        repaired = time.monotonic()
        await until(lambda: hasty.told[-1:] == [True])
        back = time.monotonic() - repaired
    assert asked <= seconds / PAUSE + 1

    name = f"limiter, {CLIENTS} clients, Redis {fault.__name__}"
    figures.record(f"{name}: up", load.describe("before"))
    figures.record(f"{name}: down", f"{load.describe('down')}, back in {back:.2f} s")
    return load


@FAULTS
async def test_during_an_outage_every_call_is_answered_and_one_a_second_asks(
    server: RedisServer, hasty: Limited, lines: list[str], fault: Fault, repair: Fault
) -> None:
    await break_and_repair(server, hasty, fault, repair)

    # A process that got no time took that for an outage of its own.
    assert lines == [SAID[up] for up in hasty.told]


@pytest.mark.load
@FAULTS
async def test_a_call_costs_no_more_during_an_outage_than_before(
    server: RedisServer, hasty: Limited, fault: Fault, repair: Fault
) -> None:
    load = await break_and_repair(server, hasty, fault, repair)

    assert load.quantile("down", 0.99) < load.quantile("before", 0.99)


async def test_without_redis_each_process_lets_its_part_through(
    server: RedisServer, hasty: Limited
) -> None:
    limited, policy = hasty, Policy("minute", 80, 60)
    server.freeze()
    decisions = [await limited.limiter.hit("ada", [policy]) for _ in range(200)]
    server.thaw()

    accepted = sum(decision.allowed for decision in decisions)
    figures.record("limit of 80 on 4 processes, Redis frozen", f"{accepted} in each process")
    assert accepted == 20


async def test_connections_from_before_a_restart_cost_nobody_anything(
    server: RedisServer, limited: Limited
) -> None:
    policy = Policy("minute", 100, 60)
    calls = [limited.limiter.hit("ada", [policy]) for _ in range(MAX_CALLS)]
    await asyncio.gather(*calls)
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)

    decisions = await asyncio.gather(*(limited.limiter.hit("ada", [policy]) for _ in range(50)))

    left = [decision.quotas[0].remaining for decision in decisions]
    assert sorted(left) == list(range(50, 100))
    assert limited.told == []


async def test_a_server_out_of_memory_is_done_without(
    server: RedisServer, limited: Limited
) -> None:
    with server.client as client:
        client.config_set("maxmemory", 1)
        for _ in range(3):
            assert (await limited.limiter.hit("ada", [Policy("minute", 80, 60)])).allowed
        assert limited.told == [False]
        client.config_set("maxmemory", 0)


class Value(BaseModel):
    """What the caches of a test keep."""

    text: str


async def test_what_changed_while_redis_was_frozen_is_not_read_from_it_afterwards(
    server: RedisServer,
) -> None:
    values = [Value(text="old")]

    async def load() -> Value:
        return values[0]

    async with AsyncExitStack() as stack:
        caches = []
        for _ in range(2):
            redis = await stack.enter_async_context(make_redis(server.url))
            breaker = Breaker(lambda _: None, 0.05, timeout_seconds=TIMEOUT_SECONDS)
            store = RedisStore(redis, breaker)
            caches.append(
                Cache(store, prefix="test:", release="1", life_seconds=60, absent_seconds=60)
            )
        here = caches[0]
        assert [await cache.read("k", Value, load) for cache in caches] == values * 2
        server.freeze()
        async with here.changing("k"):
            values[0] = Value(text="new")
        assert [await cache.read("k", Value, load) for cache in caches] == values * 2
        server.thaw()

        async def is_made_up_for() -> bool:
            return [await cache.read("k", Value, load) for cache in caches] == values * 2

        await until(is_made_up_for)


@pytest.fixture
async def ada(settings: Settings, server: RedisServer) -> AsyncIterator[Caller]:
    """A user of an application whose Redis the test stops."""
    url = SecretStr(server.url)
    own = changed(
        settings,
        redis_url=url,
        redis_prefix="test:",
        processes=4,
        redis_timeout_seconds=TIMEOUT_SECONDS,
    )
    app = create_app(own)
    async with started(app) as client:
        yield await sign_up(client, "Ada")


# part example
# A machine that is busy with something else answers late, which looks like a Redis that is gone.
@pytest.mark.load
@pytest.mark.parametrize(("fault", "repair"), [(freeze, thaw), (kill, start)])
async def test_no_request_fails_while_redis_is_gone(
    server: RedisServer,
    ada: Caller,
    settings: Settings,
    lines: list[str],
    fault: Fault,
    repair: Fault,
) -> None:
    path, statuses = f"/items/{(await create(ada))['id']}", list[int]()

    async def write_and_read() -> None:
        quantity = len(statuses)
        answers = [await ada.patch(path, {"quantity": quantity}), await ada.get(path)]
        statuses.extend(answer.status_code for answer in answers)
        assert answers[1].json()["quantity"] == quantity

    async def look() -> None:
        statuses.append((await ada.get("/users/me")).status_code)

    async with Load(look, 7) as load, Load(write_and_read, 1):
        await until(lambda: value_of(REDIS_UP) == 1)
        load.phase = "down"
        fault(server)
        await until(lambda: value_of(REDIS_UP) == 0)
        await asyncio.sleep(OUTAGE_SECONDS / 2)
        load.phase = "back"
        await asyncio.to_thread(repair, server)
        repaired = time.monotonic()
        await until(lambda: value_of(REDIS_UP) == 1)

    seconds = time.monotonic() - repaired
    down, before = (1_000 * load.quantile(phase, 1) for phase in ("down", "before"))
    figures.record(
        f"requests while Redis is gone ({fault.__name__}) [{backends.kind_of(settings)}]",
        f"{sum(status != 200 for status in statuses)} of {len(statuses)} failed; slowest "
        f"{down:.0f} ms, before {before:.0f} ms; back in {seconds:.2f} s",
    )
    assert set(statuses) == {200}
    assert lines == ["redis does not answer", "redis answers again"]


async def test_the_application_starts_without_redis_and_finds_it_later(
    settings: Settings, server: RedisServer
) -> None:
    server.stop()
    app = create_app(changed(settings, redis_url=SecretStr(server.url), redis_prefix="test:"))
    async with started(app) as client:
        caller = await sign_up(client, "Ada")
        assert (await caller.get("/users/me")).status_code == 200
        assert value_of(REDIS_UP) == 0
        await asyncio.to_thread(server.start)

        async def is_found() -> bool:
            assert (await caller.get("/users/me")).status_code == 200
            return bool(value_of(REDIS_UP))

        await until(is_found)


# end part
