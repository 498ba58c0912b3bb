"""Runs the tasks that are due, a bounded number at once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from typing import Any

from app.core.config import Settings
from app.core.dependencies import Resources
from app.core.exceptions import Conflict, ProblemError
from app.db.models.tasks import Task
from app.tasks.executor import Executor
from app.tasks.run import Handler
from app.tasks.waiting import happens

logger = logging.getLogger(__name__)

_SWEEP_SECONDS = 1.0
_LONG_SECONDS = 60


class Runner:
    """Claims the rows of tasks that are due, and has them executed.

    It looks when it is woken, and every second for those without a notification: work that waited,
    failed or was left behind by a process that died.

    Args:
        handlers: Name of a payload → what to do; tasks of other names are left to other workers.
        wake: Set when there are new tasks.
    """

    def __init__(
        self,
        resources: Resources,
        handlers: Mapping[str, Handler[Any]],
        settings: Settings,
        wake: asyncio.Event,
    ) -> None:
        self._database = resources.database
        self._executor = Executor(resources, handlers, settings)
        self._names = frozenset(handlers)
        self._long_names = frozenset(
            name
            for name, handler in handlers.items()
            if handler.payload.timeout_seconds > _LONG_SECONDS
        )
        self._settings = settings
        self._running: dict[asyncio.Task[None], str] = {}
        self._wake = wake
        self._room = asyncio.Event()
        self._room.set()
        self._stopping = False

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Run due tasks until the block ends.

        Then those that run get a while to end, and the rest is given back for others to begin anew.
        """
        # Nothing of whoever starts the process belongs to its tasks.
        sweeper = asyncio.create_task(self._sweep_forever(), name="tasks", context=Context())
        try:
            yield
        finally:
            self._stopping = True
            self._wake.set()
            self._room.set()
            await self._end_all(sweeper)

    async def _end_all(self, sweeper: asyncio.Task[None]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.task_shutdown_seconds):
                await sweeper
                while self._running:
                    await asyncio.wait(self._running)
        left = list(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _sweep_forever(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                while await self._start_due():
                    pass
            except Conflict:
                logger.info("another process began a task of the same key in the same moment")
            except ProblemError as error:
                logger.warning("cannot look for tasks", extra={"reason": error.detail})
            except Exception:
                logger.exception("cannot look for tasks")
            await happens(self._wake, _SWEEP_SECONDS)

    async def _start_due(self) -> bool:
        """Begin as many tasks as there is room for; return whether more may be due."""
        await self._room.wait()
        if self._stopping:
            return False
        names, limit = self._room_for()
        async with self._database.write() as work:
            tasks = await work.tasks.claim(
                names, lease_seconds=self._settings.task_lease_seconds, limit=limit
            )
        for task in tasks:
            self._start(task)
        return len(tasks) == limit

    def _room_for(self) -> tuple[Collection[str], int]:
        """Return which tasks may begin, and how many; long ones never take the second half."""
        slots = self._settings.task_slots
        free = slots - len(self._running)
        long = sum(name in self._long_names for name in self._running.values())
        free_for_long = max(1, slots // 2) - long
        if free_for_long > 0:
            return self._names, min(free, free_for_long)
        return self._names - self._long_names, free

    def _start(self, task: Task) -> None:
        started = asyncio.create_task(self._executor.execute(task), name=f"task {task.id}")
        self._running[started] = task.name
        if len(self._running) == self._settings.task_slots:
            self._room.clear()
        started.add_done_callback(self._end)
        if task.key is not None or task.name in self._long_names:
            # The next one of the same key, or another long one, may begin.
            started.add_done_callback(lambda _: self._wake.set())

    def _end(self, ended: asyncio.Task[None]) -> None:
        del self._running[ended]
        self._room.set()
