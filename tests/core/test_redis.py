"""The breaker in front of Redis, and how soon the client gives up."""

import asyncio
import logging
import socket
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.core import redis as module
from app.core.config import Settings
from app.core.redis import (
    MAX_CALLS,
    TURNS,
    Breaker,
    RedisUnavailable,
    _CallLimit,
    make_redis,
)
from tests import backends
from tests.waiting import LIMIT_SECONDS

PAUSE = 1.0
LIMIT = float(Settings.model_fields["redis_timeout_seconds"].default)

needs_redis = pytest.mark.skipif(not backends.HAS_REDIS, reason="there is no Redis server")


class Bench:
    """A breaker whose clock the test moves, and what it told."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.told: list[bool] = []
        self.asked = 0
        self.breaker = Breaker(self.told.append, PAUSE, timeout_seconds=LIMIT_SECONDS)

    async def succeed(self) -> None:
        async def answer() -> str:
            self.asked += 1
            return "PONG"

        assert await self.breaker.ask(answer) == "PONG"

    async def fail(self, error: Exception | None = None) -> None:
        async def answer() -> None:
            self.asked += 1
            raise error or RedisTimeoutError("no answer")

        with pytest.raises(RedisUnavailable):
            await self.breaker.ask(answer)

    async def is_refused(self) -> bool:
        """Tell whether the next caller goes without Redis; if not it finds that Redis is up."""
        before = self.asked
        try:
            await self.succeed()
        except RedisUnavailable:
            assert self.asked == before
            return True
        return False

    async def go_down(self) -> None:
        await self.fail()
        await self.fail()
        assert self.told == [False]

    def start(self) -> tuple[asyncio.Task[str], asyncio.Future[str]]:
        """Ask a question that waits for its answer."""
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def ask() -> str:
            self.asked += 1
            return await answer

        return asyncio.ensure_future(self.breaker.ask(ask)), answer


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: bench.now))
    return bench


@pytest.fixture(autouse=True)
def _log_level(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.WARNING):
        yield


def logged(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return the lines of the breaker; applications of other tests may log, too."""
    return [record for record in caplog.records if record.name == module.__name__]


async def test_an_answer_is_passed_on(bench: Bench) -> None:
    await bench.succeed()

    assert bench.told == []


async def test_after_one_failure_the_next_caller_tries_and_nobody_is_told(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    await bench.fail()

    assert not await bench.is_refused()
    assert not await bench.is_refused()
    assert (bench.told, logged(caplog)) == ([], [])


async def test_while_one_caller_tries_the_others_go_without(bench: Bench) -> None:
    await bench.fail()
    task, answer = bench.start()
    await asyncio.sleep(0)

    assert await bench.is_refused()
    answer.set_result("PONG")
    assert await task == "PONG"
    assert not await bench.is_refused()


@pytest.mark.parametrize(
    "error",
    [
        RedisConnectionError("refused"),
        RedisTimeoutError("no answer"),
        ResponseError("OOM command not allowed"),
    ],
    ids=repr,
)
async def test_after_two_failures_nobody_asks_for_a_while(bench: Bench, error: Exception) -> None:
    await bench.fail(error)
    await bench.fail(error)

    bench.now += PAUSE - 0.001
    assert await bench.is_refused()
    bench.now += 0.001
    assert not await bench.is_refused()
    assert bench.told == [False, True]


async def test_an_outage_is_logged_once_with_its_reason_and_its_end_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        await bench.fail(RedisConnectionError("refused"))
        bench.now += PAUSE
    for _ in range(3):
        await bench.succeed()

    lines = [(line.levelname, line.message) for line in logged(caplog)]
    assert lines == [("ERROR", "redis does not answer"), ("WARNING", "redis answers again")]
    assert "refused" in vars(logged(caplog)[0])["reason"]
    assert bench.told == [False, True]


async def test_during_an_outage_one_caller_per_pause_asks(bench: Bench) -> None:
    await bench.go_down()
    bench.asked = 0

    for _ in range(10):
        bench.now += PAUSE
        await bench.fail()
        assert all([await bench.is_refused() for _ in range(20)])

    assert bench.asked == 10


async def test_of_many_that_fail_together_one_failure_counts(bench: Bench) -> None:
    running = [bench.start() for _ in range(MAX_CALLS)]
    await asyncio.sleep(0)
    for _, answer in running:
        answer.set_exception(RedisTimeoutError("no answer"))
    results = await asyncio.gather(*(task for task, _ in running), return_exceptions=True)

    assert {type(result) for result in results} == {RedisUnavailable}
    assert bench.told == []
    assert not await bench.is_refused()


async def test_an_answer_from_before_the_outage_does_not_end_it(bench: Bench) -> None:
    task, answer = bench.start()
    await asyncio.sleep(0)
    await bench.go_down()
    answer.set_result("PONG")

    assert await task == "PONG"
    assert await bench.is_refused()


async def test_a_failure_from_before_the_end_of_an_outage_begins_no_other(bench: Bench) -> None:
    task, answer = bench.start()
    await asyncio.sleep(0)
    await bench.go_down()
    bench.now += PAUSE
    await bench.succeed()
    answer.set_exception(RedisTimeoutError("no answer"))

    with pytest.raises(RedisUnavailable):
        await task
    await bench.fail()
    assert bench.told == [False, True]


async def test_a_try_that_is_cancelled_is_repeated_after_the_pause(bench: Bench) -> None:
    await bench.go_down()
    bench.now += PAUSE
    task, _ = bench.start()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await bench.is_refused()
    bench.now += PAUSE
    assert not await bench.is_refused()


@needs_redis
async def test_no_cancellation_gets_lost() -> None:
    """The client loses one that comes while it sends, on Python 3.11."""
    breaker = Breaker(lambda _: None, timeout_seconds=LIMIT_SECONDS)
    async with make_redis(backends.REDIS_URL) as redis:
        for steps in [*range(40)] * 10:
            task = asyncio.ensure_future(breaker.ask(redis.ping))
            for _ in range(steps):
                await asyncio.sleep(0)
            if task.done():
                continue
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


async def test_an_error_that_is_not_about_redis_is_passed_on(bench: Bench) -> None:
    async def break_down() -> None:
        raise KeyError("inside")

    for _ in range(3):
        with pytest.raises(KeyError, match="inside"):
            await bench.breaker.ask(break_down)
    assert bench.told == []


async def test_only_so_many_ask_at_once_and_who_waits_gives_up_with_them(bench: Bench) -> None:
    running = [bench.start() for _ in range(3 * MAX_CALLS)]
    await asyncio.sleep(0)
    assert bench.asked == MAX_CALLS

    await asyncio.sleep(0)
    for _, answer in running[:MAX_CALLS]:
        answer.set_exception(RedisTimeoutError("no answer"))
    prober = running[MAX_CALLS]
    others = running[:MAX_CALLS] + running[MAX_CALLS + 1 :]
    async with asyncio.timeout(LIMIT_SECONDS):
        results = await asyncio.gather(*(task for task, _ in others), return_exceptions=True)

    assert {type(result) for result in results} == {RedisUnavailable}
    assert bench.asked == MAX_CALLS + 1
    prober[1].set_result("PONG")
    assert await prober[0] == "PONG"
    assert not await bench.is_refused()


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collect when the limits of calls take a turn."""
    asked: list[float] = []
    original = _CallLimit._turn

    def turn(limit: _CallLimit) -> None:
        asked.append(time.monotonic())
        original(limit)

    monkeypatch.setattr(_CallLimit, "_turn", turn)
    return asked


async def test_a_closed_port_is_noticed_at_once(turns: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with make_redis(f"redis://127.0.0.1:{port}/0") as redis:
        with pytest.raises(RedisUnavailable) as refused:
            await Breaker(lambda _: None).ask(redis.ping)

    assert isinstance(refused.value.__cause__, RedisConnectionError)
    assert len(turns) < TURNS


async def test_a_server_that_says_nothing_is_given_up_after_so_many_turns(
    turns: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    told: list[bool] = []
    breaker = Breaker(told.append)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with make_redis(f"redis://127.0.0.1:{silent.getsockname()[1]}/0") as redis:
            for _ in range(2):
                with pytest.raises(RedisUnavailable):
                    await breaker.ask(redis.ping)

    assert len(turns) == 2 * TURNS
    assert told == [False]
    assert vars(logged(caplog)[0])["reason"] == "redis.TimeoutError: no reply"


@needs_redis
@pytest.mark.parametrize("steps", range(8))
async def test_a_late_event_loop_is_no_failure_of_redis(steps: int) -> None:
    """The reply was there in time; this process was not."""
    told: list[bool] = []
    breaker = Breaker(told.append, timeout_seconds=0.25)
    async with make_redis(backends.REDIS_URL) as redis:
        await breaker.ask(redis.ping)
        call = asyncio.ensure_future(breaker.ask(redis.ping))
        for _ in range(steps):
            await asyncio.sleep(0)
        time.sleep(0.5)  # noqa: ASYNC251 - nothing else may run

        assert await call

    assert told == []


@needs_redis
async def test_a_loop_that_is_late_at_every_turn_still_gets_its_replies() -> None:
    told: list[bool] = []
    breaker, is_done = Breaker(told.append), False

    def block() -> None:
        time.sleep(2 * LIMIT)
        if not is_done:
            loop.call_soon(block)

    loop = asyncio.get_running_loop()
    async with make_redis(backends.REDIS_URL) as redis:
        loop.call_soon(block)
        # The first call connects, too.
        replies = [await breaker.ask(redis.ping) for _ in range(2)]
        is_done = True

    assert replies == [True, True]
    assert told == []


def test_a_request_waits_a_twentieth_of_a_second_for_redis() -> None:
    assert Settings.model_fields["redis_timeout_seconds"].default == 0.05
