"""Runs tasks: claims their rows, keeps the leases alive, and decides what a failure means."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Any
from uuid import UUID

from app.core.config import Settings
from app.core.dependencies import Resources
from app.core.exceptions import Conflict, ProblemError
from app.core.logging import request_id, task_id, traceparent
from app.db.models.tasks import Task
from app.db.repositories.tasks import LeaseLostError
from app.tasks.run import Handler, Run
from app.tasks.waiting import happens, pause_after
from app.telemetry.metrics import TASKS
from app.telemetry.traces import continue_trace

logger = logging.getLogger(__name__)

_SWEEP_SECONDS = 1.0
_MAX_ERROR = 2000


class Runner:
    """Runs the tasks that are due, a bounded number at once.

    It is told of new ones by `run`, and looks every second for those that it was not told of: work
    that waited, failed or was left behind by a process that died.

    Args:
        handlers: Name of a payload → what to do; tasks of other names are left to other workers.
    """

    def __init__(
        self, resources: Resources, handlers: Mapping[str, Handler[Any]], settings: Settings
    ) -> None:
        self._resources = resources
        self._handlers = handlers
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.task_slots)
        self._running: set[asyncio.Task[None]] = set()
        self._more = asyncio.Event()
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
            self._more.set()
            await asyncio.wait(
                {sweeper, *self._running}, timeout=self._settings.task_shutdown_seconds
            )
            left = {sweeper, *self._running}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def run(self, wanted: UUID) -> None:
        """Run one task now, if it is due and nobody else runs it."""
        # Whoever told of the task may be a request; the task itself knows what it belongs to.
        request_id.set(None)
        if started := await self._start(wanted):
            await asyncio.wait({started})

    async def _sweep_forever(self) -> None:
        while not self._stopping:
            self._more.clear()
            for sweep in (self._bury_exhausted, self._start_due):
                try:
                    await sweep()
                except ProblemError as error:
                    logger.warning("cannot look for tasks", extra={"reason": error.detail})
                except Exception:
                    logger.exception("cannot look for tasks")
            await happens(self._more, _SWEEP_SECONDS)

    async def _start_due(self) -> None:
        while await self._start():
            pass

    async def _start(self, wanted: UUID | None = None) -> asyncio.Task[None] | None:
        """Begin a task as soon as there is a slot for it; return None where none is due."""
        await self._slots.acquire()
        try:
            task = await self._claim(wanted)
        except BaseException:
            self._slots.release()
            raise
        if task is None:
            self._slots.release()
            return None
        started = asyncio.create_task(self._execute(task), name=f"task {task.id}")
        self._running.add(started)
        started.add_done_callback(self._end)
        return started

    def _end(self, ended: asyncio.Task[None]) -> None:
        self._running.discard(ended)
        self._slots.release()
        # A slot is free now, and the next task of the same key may begin.
        self._more.set()

    async def _claim(self, wanted: UUID | None) -> Task | None:
        if self._stopping:
            return None
        try:
            async with self._resources.database.write() as work:
                return await work.tasks.claim(
                    self._handlers, lease_seconds=self._settings.task_lease_seconds, task_id=wanted
                )
        except Conflict:
            # Another process began a task of the same key in the same moment.
            return None

    async def _execute(self, task: Task) -> None:
        request_id.set(task.request_id)
        traceparent.set(continue_trace(task.traceparent))
        task_id.set(str(task.id))
        try:
            outcome = await self._attempt(task)
        except asyncio.CancelledError:
            await self._give_back(task)
            raise
        except ProblemError as error:
            # The lease runs out, and then somebody tries again.
            outcome = f"unknown: {error.detail}"
        TASKS.labels(task.name, outcome.partition(":")[0]).inc()
        logger.info("task", extra={"task": task.name, "attempt": task.attempt, "outcome": outcome})

    async def _attempt(self, task: Task) -> str:
        handler = self._handlers[task.name]
        run = Run(task, self._resources, self._settings)
        ended = asyncio.Event()
        beat = asyncio.create_task(self._beat(run, ended), name=f"lease of {task.id}")
        try:
            async with asyncio.timeout(handler.payload.timeout_seconds):
                await handler.run(run, task)
        except LeaseLostError:
            return "lost: another attempt has begun"
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is a failed attempt
            return await self._fail(task, error)
        finally:
            ended.set()
            await asyncio.wait({beat})
        return "done"

    async def _beat(self, run: Run, ended: asyncio.Event) -> None:
        while not await happens(ended, self._settings.task_lease_seconds / 3):
            try:
                async with run.checkpoint():
                    pass
            except LeaseLostError:
                return
            except ProblemError as error:
                logger.warning("cannot extend a lease", extra={"reason": error.detail})

    async def _fail(self, task: Task, error: Exception) -> str:
        reason = f"{type(error).__name__}: {error}"[:_MAX_ERROR]
        logger.warning("task failed", exc_info=error, extra={"task": task.name})
        is_last = task.attempt >= task.max_attempts
        try:
            async with self._resources.database.write() as work:
                if is_last:
                    await self._handlers[task.name].bury(work, task, reason)
                else:
                    pause = pause_after(task.attempt, self._settings.task_retry_seconds)
                    await work.tasks.retry(task, reason, delay_seconds=pause)
        except LeaseLostError:
            return "lost: another attempt has begun"
        return f"dead: {reason}" if is_last else f"failed: {reason}"

    async def _give_back(self, task: Task) -> None:
        try:
            async with self._resources.database.write() as work:
                await work.tasks.give_back(task)
        except (LeaseLostError, ProblemError):
            logger.warning("cannot give a task back; its lease will run out")

    async def _bury_exhausted(self) -> None:
        async with self._resources.database.write() as work:
            while (task := await work.tasks.find_exhausted(self._handlers)) is not None:
                reason = "The last attempt ended without a word."
                await self._handlers[task.name].bury(work, task, reason)
                logger.error("task is dead", extra={"task": task.name, "task_id": str(task.id)})
