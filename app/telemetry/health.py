"""Background probes of everything that the service depends on."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

logger = logging.getLogger(__name__)

Probe = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome of a probe: `error` says why it failed, `at` is the monotonic time in seconds."""

    error: str | None
    at: float

    @property
    def age_seconds(self) -> float:
        """Seconds since the probe."""
        return time.monotonic() - self.at


class Probes:
    """Probes every dependency again and again, so that readiness always answers at once.

    A driver may ignore cancellation for many seconds, so a probe that takes too long is left alone
    and counted as down.

    Args:
        probes: Name of a dependency → a call that raises when it is down.
        interval_seconds: Pause between two rounds.
        timeout_seconds: A probe that takes longer counts as failed.
    """

    def __init__(
        self,
        probes: Mapping[str, Probe],
        *,
        interval_seconds: float = 1.0,
        timeout_seconds: float = 1.0,
    ) -> None:
        self._probes = probes
        self._interval = interval_seconds
        self._timeout = timeout_seconds
        self._running: dict[str, asyncio.Future[None]] = {}
        self.results: dict[str, Result] = {}

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[None]:
        """Probe everything once, then go on in the background until the block ends."""
        await self._probe_all()
        watcher = asyncio.create_task(self._watch(), name="health")
        try:
            yield
        finally:
            for task in (watcher, *self._running.values()):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await self._probe_all()

    async def _probe_all(self) -> None:
        await asyncio.gather(*(self._probe(name) for name in self._probes))

    async def _probe(self, name: str) -> None:
        task = self._running.get(name) or asyncio.ensure_future(self._probes[name]())
        self._running[name] = task
        done, _ = await asyncio.wait([task], timeout=self._timeout)
        if not done:
            self._record(name, f"no answer within {self._timeout} s")
            return
        del self._running[name]
        error = task.exception()
        self._record(name, None if error is None else str(error))

    def _record(self, name: str, error: str | None) -> None:
        before = self.results.get(name)
        self.results[name] = Result(error, time.monotonic())
        if error and (before is None or before.error is None):
            logger.error("dependency is down", extra={"dependency": name, "reason": error})
        if not error and before is not None and before.error:
            logger.warning("dependency is up again", extra={"dependency": name})
