"""Health probes of dependencies, in the background."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.core.error_text import describe

logger = logging.getLogger(__name__)

FAILURES = 2
"""Number of failed probes in a row after which a dependency counts as down."""
# Time for cancelled probes to end. Most end at once; a driver may ignore the cancellation.
_CLOSE_SECONDS = 3
# A timeout in steps: when this process does not run for a while, only one step elapses.
_STEPS = 20

Probe = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Result:
    """Result of a probe: the reason of a failure, and the monotonic time in seconds."""

    error: str | None
    at: float

    @property
    def age_seconds(self) -> float:
        """Seconds since the probe."""
        return time.monotonic() - self.at


class Probes:
    """Probes dependencies periodically in the background, so that readiness answers at once.

    A probe that exceeds its timeout counts as failed, but is not cancelled, because a driver may
    ignore cancellation for many seconds. A dependency is down after `FAILURES` failures in a row.
    With the defaults an outage is visible within 1.6 s: 2 * (interval + timeout).

    Args:
        probes: The name of a dependency → a function that raises when it is down. It should not
            share connections with requests, or a busy process looks like an outage.
        interval_seconds: Pause between two rounds.
        timeout_seconds: A probe that takes longer counts as failed, once per round.
    """

    def __init__(
        self,
        probes: Mapping[str, Probe],
        *,
        interval_seconds: float = 0.5,
        timeout_seconds: float = 0.3,
    ) -> None:
        self._probes = probes
        self._interval = interval_seconds
        self._timeout = timeout_seconds
        self._running: dict[str, asyncio.Future[None]] = {}
        self._failures: dict[str, int] = {}
        self.results: dict[str, Result] = {}
        self.is_draining = False

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[None]:
        """Probe everything once, then periodically in the background until the block ends."""
        await self._probe_all()
        watcher = asyncio.create_task(self._watch(), name="health")
        try:
            yield
        finally:
            watcher.cancel()
            tasks = {watcher, *self._running.values()}
            # A driver that is cancelled while it connects leaves a thread behind.
            _, late = await asyncio.wait(tasks, timeout=self._timeout)
            for task in late:
                task.cancel()
            done, _ = await asyncio.wait(tasks, timeout=_CLOSE_SECONDS)
            for task in done:
                _error_of(task)

    def drain(self) -> None:
        """Report that the process is stopping, so that it gets no more requests."""
        self.is_draining = True

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await self._probe_all()

    async def _probe_all(self) -> None:
        await asyncio.gather(*(self._probe(name) for name in self._probes))

    async def _probe(self, name: str) -> None:
        task = self._running.get(name) or asyncio.ensure_future(self._probes[name]())
        self._running[name] = task
        for _ in range(_STEPS):
            if task.done():
                break
            await asyncio.wait([task], timeout=self._timeout / _STEPS)
        else:
            self._record(name, f"no answer within {self._timeout} s")
            return
        del self._running[name]
        self._record(name, _error_of(task))

    def _record(self, name: str, error: str | None) -> None:
        before = self.results.get(name)
        failures = self._failures[name] = self._failures.get(name, 0) + 1 if error else 0
        if before is not None and before.error is None and 0 < failures < FAILURES:
            return  # Keep the last success; its age shows that it is old.
        self.results[name] = Result(error, time.monotonic())
        if error and (before is None or before.error is None):
            logger.error("dependency is down", extra={"dependency": name, "reason": error})
        if not error and before is not None and before.error:
            logger.warning("dependency is up again", extra={"dependency": name})


def _error_of(task: asyncio.Future[None]) -> str | None:
    """Return the error of an ended task as text, even if its message is empty; None without one."""
    if task.cancelled():
        return "CancelledError"
    error = task.exception()
    return None if error is None else describe(error)
