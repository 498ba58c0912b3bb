"""The background probes, without HTTP."""

import asyncio
import logging
import time

import pytest

from app.core.exceptions import ServiceUnavailable
from app.telemetry.health import Probe, Probes
from tests.waiting import LIMIT_SECONDS, until

LIMIT = 0.005


def probes_of(probe: Probe) -> Probes:
    return Probes({"queue": probe}, interval_seconds=0, timeout_seconds=LIMIT)


def named(name: str) -> set[asyncio.Task[object]]:
    """Return the running tasks of this name; other tests have some too."""
    return {task for task in asyncio.all_tasks() if task.get_name() == name}


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged about `queue`; other tests' applications have probes too."""
    return [r.message for r in caplog.records if getattr(r, "dependency", None) == "queue"]


async def answer() -> None:
    """Probe something that is up."""


def fail_with(error: BaseException) -> Probe:
    async def probe() -> None:
        raise error

    return probe


async def test_a_result_is_there_before_the_first_request() -> None:
    probes = probes_of(answer)
    before = time.monotonic()

    async with probes.watch():
        result = probes.results["queue"]

    assert result.error is None
    assert before <= result.at <= time.monotonic()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionError("switched off"), "ConnectionError: switched off"),
        (ServiceUnavailable("Gone."), "ServiceUnavailable: Gone."),
        (TimeoutError(), "TimeoutError"),
        (asyncio.CancelledError(), "CancelledError"),
    ],
    ids=repr,
)
async def test_any_error_counts_as_down(error: BaseException, reason: str) -> None:
    probes = probes_of(fail_with(error))

    async with probes.watch():
        assert probes.results["queue"].error == reason


async def test_one_dependency_that_is_down_hides_no_other() -> None:
    probes = Probes({"queue": fail_with(ConnectionError("off")), "cache": answer})

    async with probes.watch():
        assert {name: result.error for name, result in probes.results.items()} == {
            "queue": "ConnectionError: off",
            "cache": None,
        }


async def test_a_probe_that_hangs_is_down_and_is_not_started_twice() -> None:
    calls = 0

    async def hang() -> None:
        nonlocal calls
        calls += 1
        await asyncio.Event().wait()

    probes = probes_of(hang)
    async with probes.watch():
        first = probes.results["queue"]
        assert first.error == f"no answer within {LIMIT} s"
        await until(lambda: probes.results["queue"].at > first.at)

    assert calls == 1


async def test_one_slow_answer_is_not_down() -> None:
    answers: list[Probe] = [fail_with(ConnectionError("slow")), answer]
    rounds = 0

    async def probe() -> None:
        nonlocal rounds
        rounds += 1
        await answers[rounds % 2]()

    probes, seen = probes_of(probe), set()
    async with probes.watch():
        while rounds < 10:
            seen.add(probes.results["queue"].error)
            await asyncio.sleep(0)

    assert seen == {None}


async def test_a_loop_that_is_late_is_not_down() -> None:
    """The answer was there in time; this process was not."""

    async def probe() -> None:
        time.sleep(2 * LIMIT)  # noqa: ASYNC251 - nothing else may run
        for _ in range(3):
            await asyncio.sleep(0)

    probes = probes_of(probe)
    async with probes.watch():
        assert probes.results["queue"].error is None


async def test_a_probe_that_hangs_does_not_delay_the_others() -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    probes = Probes({"queue": hang, "cache": answer}, interval_seconds=0, timeout_seconds=LIMIT)
    async with probes.watch():
        assert probes.results["cache"].error is None


async def test_a_dependency_that_comes_back_is_up_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    is_back = asyncio.Event()

    async def wait() -> None:
        await is_back.wait()

    probes = probes_of(wait)
    with caplog.at_level(logging.WARNING):
        async with probes.watch():
            assert probes.results["queue"].error
            is_back.set()
            await until(lambda: probes.results["queue"].error is None)

    assert messages(caplog) == [
        "dependency is down",
        "dependency is up again",
    ]


async def test_a_dependency_that_stays_down_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds = 0

    async def fail() -> None:
        nonlocal rounds
        rounds += 1
        raise ConnectionError("off")

    async with probes_of(fail).watch():
        await until(lambda: rounds > 3)

    assert messages(caplog) == ["dependency is down"]


async def test_a_running_probe_finishes_before_the_end() -> None:
    started, release, finished = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def probe() -> None:
        started.set()
        await release.wait()
        finished.set()

    probes = Probes({"queue": probe}, timeout_seconds=LIMIT)
    async with probes.watch():
        await started.wait()
        asyncio.get_running_loop().call_soon(release.set)

    assert finished.is_set()


async def _ignore_cancellation(release: asyncio.Event) -> None:
    while not release.is_set():
        try:
            await release.wait()
        except asyncio.CancelledError:
            continue


async def test_a_probe_that_ignores_cancellation_does_not_hold_up_the_end() -> None:
    release = asyncio.Event()

    async with asyncio.timeout(LIMIT_SECONDS):
        async with probes_of(lambda: _ignore_cancellation(release)).watch():
            pass

    release.set()
    await asyncio.sleep(0)


@pytest.mark.parametrize("error", [ConnectionError("late"), asyncio.CancelledError()], ids=repr)
async def test_a_probe_that_fails_after_its_time_does_not_break_the_end(
    error: BaseException,
) -> None:
    release, tasks = asyncio.Event(), list[asyncio.Task[None] | None]()

    async def fail_late() -> None:
        tasks.append(asyncio.current_task())
        await release.wait()
        raise error

    probes = Probes({"queue": fail_late}, interval_seconds=60, timeout_seconds=LIMIT)
    async with probes.watch():
        release.set()
        await until(lambda: all(task.done() for task in tasks if task))


async def test_nothing_is_left_running() -> None:
    tasks: list[asyncio.Task[None] | None] = []

    async def hang() -> None:
        tasks.append(asyncio.current_task())
        await asyncio.Event().wait()

    watchers = named("health")
    async with probes_of(hang).watch():
        assert len(named("health")) == len(watchers) + 1

    assert named("health") == watchers
    assert [task.cancelled() for task in tasks if task] == [True]


async def test_a_failure_inside_the_block_is_not_hidden() -> None:
    with pytest.raises(KeyError, match="inside"):
        async with probes_of(answer).watch():
            raise KeyError("inside")
