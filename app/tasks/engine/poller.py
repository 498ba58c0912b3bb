"""Finds due tasks and starts attempts, a limited number at the same time."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from contextvars import Context

from app.core.config import Settings
from app.core.exceptions import Conflict
from app.core.problem import ProblemError
from app.core.resources import Resources
from app.db.models.tasks import Task
from app.tasks.engine.attempt import TaskAttempt
from app.tasks.engine.context import Handlers
from app.tasks.engine.waiting import wait_for

logger = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
_LONG_SECONDS = 60


class TaskPoller:
    """Claims due tasks and starts an attempt at each.

    It polls after each notification, and every second for tasks without a notification: delayed
    ones, retries, and those whose worker died.

    Args:
        handlers: The kinds of tasks that it claims; others stay queued.
        wake: Set by a notification of new tasks.
    """

    def __init__(
        self, resources: Resources, handlers: Handlers, settings: Settings, wake: asyncio.Event
    ) -> None:
        self._resources = resources
        self._handlers = handlers
        self._names = frozenset(handlers)
        self._long_names = frozenset(
            name
            for name, handler in handlers.items()
            if handler.payload.timeout_seconds > _LONG_SECONDS
        )
        self._settings = settings
        self._running: dict[asyncio.Task[None], str] = {}
        self._wake = wake
        self._has_free_slot = asyncio.Event()
        self._has_free_slot.set()
        self._stopping = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run due tasks until the block ends.

        Then attempts have `TASK_SHUTDOWN_SECONDS` to finish, and the remaining tasks are released.
        """
        # An empty context, so that log lines do not belong to a request.
        polling = asyncio.create_task(self._poll_forever(), name="tasks", context=Context())
        try:
            yield
        finally:
            self._stopping = True
            self._wake.set()
            self._has_free_slot.set()
            await self._end_all(polling)

    async def _end_all(self, polling: asyncio.Task[None]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.task_shutdown_seconds):
                await polling
                while self._running:
                    await asyncio.wait(self._running)
        remaining = list(self._running)
        for attempt in remaining:
            attempt.cancel()
        await asyncio.gather(*remaining, return_exceptions=True)

    async def _poll_forever(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                while await self._start_due():
                    pass
            except Conflict:
                logger.info("another process claimed a task of the same key at the same time")
            except ProblemError as error:
                logger.warning("cannot claim tasks", extra={"reason": error.detail})
            except Exception:
                logger.exception("cannot claim tasks")
            await wait_for(self._wake, _POLL_SECONDS)

    async def _start_due(self) -> bool:
        """Start as many attempts as there are free slots; return whether more may be due."""
        await self._has_free_slot.wait()
        if self._stopping:
            return False
        names, limit = self._claimable()
        async with self._resources.database.write() as work:
            tasks = await work.tasks.claim(
                names, lease_seconds=self._settings.task_lease_seconds, limit=limit
            )
        for task in tasks:
            self._start(task)
        return len(tasks) == limit

    def _claimable(self) -> tuple[Collection[str], int]:
        """Return the kinds that may start, and how many; long ones get at most half the slots."""
        slots = self._settings.task_slots
        free = slots - len(self._running)
        long = sum(name in self._long_names for name in self._running.values())
        free_for_long = max(1, slots // 2) - long
        if free_for_long > 0:
            return self._names, min(free, free_for_long)
        return self._names - self._long_names, free

    def _start(self, task: Task) -> None:
        attempt = TaskAttempt(task, self._handlers[task.name], self._resources, self._settings)
        started = asyncio.create_task(attempt.run(), name=f"task {task.id}")
        self._running[started] = task.name
        if len(self._running) == self._settings.task_slots:
            self._has_free_slot.clear()
        started.add_done_callback(self._end)
        if task.key is not None or task.name in self._long_names:
            # The next task of the key, or another long one, may start now.
            started.add_done_callback(lambda _: self._wake.set())

    def _end(self, ended: asyncio.Task[None]) -> None:
        del self._running[ended]
        self._has_free_slot.set()
