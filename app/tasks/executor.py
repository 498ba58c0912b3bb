"""Executes tasks that are claimed: keeps their leases alive, and decides what a failure means."""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from app.core.config import Settings
from app.core.dependencies import Resources
from app.core.error_text import describe
from app.core.exceptions import LostRace, ProblemError, ServiceUnavailable
from app.core.logging import request_id, task_id, traceparent
from app.db.models.tasks import Task
from app.db.repositories.tasks import LeaseLostError
from app.tasks.run import Handler, Run
from app.tasks.waiting import happens, pause_after
from app.telemetry.metrics import TASK_LATE_SECONDS, TASK_SECONDS
from app.telemetry.traces import continue_trace

logger = logging.getLogger(__name__)

_MAX_ERROR = 2000
_LOST = "lost: another attempt has begun"


class Executor:
    """Makes one attempt at a task, and writes down how it ended.

    Args:
        handlers: Name of a payload → what to do.
    """

    def __init__(
        self, resources: Resources, handlers: Mapping[str, Handler[Any]], settings: Settings
    ) -> None:
        self._resources = resources
        self._handlers = handlers
        self._settings = settings

    async def execute(self, task: Task) -> None:
        """Make the attempt; a task that this one was cancelled from is given back.

        Args:
            task: The row as it was claimed.
        """
        # The task belongs to the request that made it, not to whoever told of it.
        request_id.set(task.request_id)
        traceparent.set(continue_trace(task.traceparent))
        task_id.set(str(task.id))
        late = (datetime.now(UTC) - task.run_at).total_seconds()
        TASK_LATE_SECONDS.labels(task.name).observe(late)
        started = time.perf_counter()
        try:
            outcome = await self._attempt(task)
        except asyncio.CancelledError:
            await self._give_back(task)
            raise
        except LeaseLostError:
            outcome = _LOST
        except ProblemError as error:
            # The lease runs out, and then somebody tries again.
            outcome = f"unknown: {error.detail}"
        except Exception:
            logger.exception("cannot write down how a task ended")
            outcome = "unknown"
        seconds = time.perf_counter() - started
        TASK_SECONDS.labels(task.name, outcome.partition(":")[0]).observe(seconds)
        facts = {"task": task.name, "attempt": task.attempt, "outcome": outcome}
        logger.info("task", extra=facts | {"duration_ms": round(1000 * seconds, 1)})

    async def _attempt(self, task: Task) -> str:
        if task.attempt > task.max_attempts:
            earlier = f" An earlier one: {task.last_error}" if task.last_error else ""
            return await self._bury(task, f"The last attempt ended without a word.{earlier}")
        handler = self._handlers[task.name]
        run = Run(task, self._resources, self._settings)
        ended, limit = asyncio.Event(), asyncio.timeout(handler.payload.timeout_seconds)
        beat = asyncio.create_task(self._beat(run, ended, limit), name=f"lease of {task.id}")
        try:
            async with limit:
                await handler.run(run, task)
        except LeaseLostError:
            return _LOST
        except asyncio.CancelledError as error:
            if self._is_cancelled():
                raise
            # The work has awaited something that was cancelled.
            return await self._fail(task, error)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is a failed attempt
            return await self._fail(task, error)
        finally:
            ended.set()
            await asyncio.wait({beat})
        return "done"

    async def _beat(self, run: Run, ended: asyncio.Event, limit: asyncio.Timeout) -> None:
        lease = self._settings.task_lease_seconds
        while not await happens(ended, lease / 3):
            if _is_over(limit, lease):
                logger.error("a task goes on after its time limit; another attempt may begin")
                return
            try:
                async with run.checkpoint():
                    pass
            except LeaseLostError:
                # What goes on would be done twice. It may be ending just now.
                with suppress(RuntimeError):
                    limit.reschedule(0)
                return
            except ProblemError as error:
                logger.warning("cannot extend a lease", extra={"reason": error.detail})
            except Exception:
                logger.exception("cannot extend a lease")

    @staticmethod
    def _is_cancelled() -> bool:
        current = asyncio.current_task()
        return current is not None and current.cancelling() > 0

    async def _fail(self, task: Task, error: BaseException) -> str:
        # PostgreSQL stores no NUL.
        reason = describe(error).replace("\0", "")[:_MAX_ERROR]
        logger.warning("task failed", exc_info=error, extra={"task": task.name})
        if task.attempt >= task.max_attempts:
            return await self._bury(task, reason)
        pause = pause_after(task.attempt, self._settings.task_retry_seconds)
        async with self._resources.database.write() as work:
            await work.tasks.retry(task, reason, delay_seconds=pause)
        return f"failed: {reason}"

    async def _bury(self, task: Task, reason: str) -> str:
        try:
            async with self._resources.database.write() as work:
                await self._handlers[task.name].bury(work, task, reason)
        except (LeaseLostError, LostRace, ServiceUnavailable):
            raise
        except Exception:
            logger.exception("nobody could be told that a task is dead")
            async with self._resources.database.write() as work:
                await work.tasks.bury(task, reason)
        logger.error("task is dead", extra={"task": task.name, "reason": reason})
        return f"dead: {reason}"

    async def _give_back(self, task: Task) -> None:
        try:
            async with self._resources.database.write() as work:
                await work.tasks.give_back(task)
        except (LeaseLostError, ProblemError):
            logger.warning("cannot give a task back; its lease will run out")


def _is_over(limit: asyncio.Timeout, by_seconds: float) -> bool:
    ends_at = limit.when()
    return ends_at is not None and asyncio.get_running_loop().time() > ends_at + by_seconds
