"""Runs the tasks that are due, a bounded number at once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
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


class Runner:
    """Claims the rows of tasks that are due, and has them executed.

    It looks when it is woken, and every second for those that nobody told of: work that waited,
    failed or was left behind by a process that died.

    Args:
        handlers: Name of a payload → what to do; tasks of other names are left to other workers.
    """

    def __init__(
        self, resources: Resources, handlers: Mapping[str, Handler[Any]], settings: Settings
    ) -> None:
        self._database = resources.database
        self._executor = Executor(resources, handlers, settings)
        self._names = handlers.keys()
        self._settings = settings
        self._running: set[asyncio.Task[None]] = set()
        self._more = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._stopping = False

    def wake(self) -> None:
        """Look for new tasks now; without room for one that happens as soon as there is some."""
        self._more.set()

    async def wait_for_room(self) -> None:
        """Wait until another task could run."""
        await self._room.wait()

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
            self._more.set()
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
            self._more.clear()
            try:
                while await self._start_due():
                    pass
            except Conflict:
                logger.info("another process began a task of the same key in the same moment")
            except ProblemError as error:
                logger.warning("cannot look for tasks", extra={"reason": error.detail})
            except Exception:
                logger.exception("cannot look for tasks")
            await happens(self._more, _SWEEP_SECONDS)

    async def _start_due(self) -> bool:
        """Begin as many tasks as there is room for; return whether more may be due."""
        await self._room.wait()
        if self._stopping:
            return False
        free = self._settings.task_slots - len(self._running)
        tasks = await self._claim(free)
        for task in tasks:
            self._start(task)
        return len(tasks) == free

    async def _claim(self, limit: int) -> Sequence[Task]:
        async with self._database.write() as work:
            return await work.tasks.claim(
                self._names, lease_seconds=self._settings.task_lease_seconds, limit=limit
            )

    def _start(self, task: Task) -> None:
        started = asyncio.create_task(self._executor.execute(task), name=f"task {task.id}")
        self._running.add(started)
        if len(self._running) == self._settings.task_slots:
            self._room.clear()
        started.add_done_callback(self._end)
        if task.key is not None:
            # The next one of the same key may begin.
            started.add_done_callback(lambda _: self._more.set())

    def _end(self, ended: asyncio.Task[None]) -> None:
        self._running.discard(ended)
        self._room.set()
