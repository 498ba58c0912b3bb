"""One attempt at a task: extends the lease, runs the handler, and records the outcome."""

import asyncio
import logging
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from app.core.config import Settings
from app.core.context import request_id, task_id
from app.core.error_text import describe
from app.core.exceptions import LostRace, ServiceUnavailable
from app.core.problem import ProblemError
from app.core.resources import Resources
from app.db.models.tasks import Task
from app.db.repositories.tasks import LeaseLostError
from app.tasks.engine.context import Handler, TaskContext
from app.tasks.engine.waiting import retry_delay, wait_for
from app.telemetry.metrics import TASK_LATE_SECONDS, TASK_SECONDS
from app.telemetry.traces import task_span

logger = logging.getLogger(__name__)

_MAX_ERROR = 2000
_LOST = "lost: another attempt has started"


class TaskAttempt:
    """An attempt at a task, from its claim until its outcome is recorded.

    Args:
        task: The claimed row.
        handler: Does the work of this kind of task.
    """

    def __init__(
        self, task: Task, handler: Handler[Any], resources: Resources, settings: Settings
    ) -> None:
        self._task = task
        self._handler = handler
        self._database = resources.database
        self._tracer = resources.tracer
        self._settings = settings
        self._context = TaskContext(task, resources, settings)

    async def run(self) -> None:
        """Make the attempt; if it is cancelled, release the task for another process.

        Call it in a separate asyncio task, because it changes the context of the log.
        """
        task = self._task
        # Log lines name the request that caused the task.
        request_id.set(task.request_id)
        task_id.set(str(task.id))
        with task_span(self._tracer, task.name, task.traceparent) as span:
            outcome = await self._run_and_log()
            span.set_attributes({"app.task_id": str(task.id), "app.task_outcome": outcome})

    async def _run_and_log(self) -> str:
        task = self._task
        late = (datetime.now(UTC) - task.run_at).total_seconds()
        TASK_LATE_SECONDS.labels(task.name).observe(late)
        started = time.perf_counter()
        try:
            outcome = await self._make()
        except asyncio.CancelledError:
            await self._release()
            raise
        except LeaseLostError:
            outcome = _LOST
        except ProblemError as error:
            # Another attempt starts when the lease expires.
            outcome = f"unknown: {error.detail}"
        except Exception:
            logger.exception("cannot record the outcome of a task")
            outcome = "unknown"
        seconds = time.perf_counter() - started
        label = outcome.partition(":")[0]
        TASK_SECONDS.labels(task.name, label).observe(seconds)
        facts = {"task": task.name, "attempt": task.attempt, "outcome": outcome}
        logger.info("task", extra=facts | {"duration_ms": round(1000 * seconds, 1)})
        return label

    async def _make(self) -> str:
        task = self._task
        if task.attempt > task.max_attempts:
            earlier = f" An earlier error: {task.last_error}" if task.last_error else ""
            return await self._move_to_dead(f"The last attempt ended without a result.{earlier}")
        ended, limit = asyncio.Event(), asyncio.timeout(self._handler.payload.timeout_seconds)
        heartbeat = asyncio.create_task(self._heartbeat(ended, limit), name=f"lease of {task.id}")
        try:
            async with limit:
                await self._handler.run(self._context, task)
        except LeaseLostError:
            return _LOST
        except asyncio.CancelledError as error:
            if self._is_cancelled():
                raise
            # The handler awaited something that was cancelled.
            return await self._fail(error)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is a failed attempt
            return await self._fail(error)
        finally:
            ended.set()
            await asyncio.wait({heartbeat})
        return "done"

    async def _heartbeat(self, ended: asyncio.Event, limit: asyncio.Timeout) -> None:
        lease = self._settings.task_lease_seconds
        while not await wait_for(ended, lease / 3):
            if _is_over(limit, lease):
                logger.error("task exceeds its time limit; another attempt may start")
                return
            try:
                async with self._context.checkpoint():
                    pass
            except LeaseLostError:
                # The handler must stop, unless it is ending at this moment.
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

    async def _fail(self, error: BaseException) -> str:
        task = self._task
        # PostgreSQL stores no NUL.
        reason = describe(error).replace("\0", "")[:_MAX_ERROR]
        logger.warning("task failed", exc_info=error, extra={"task": task.name})
        if task.attempt >= task.max_attempts:
            return await self._move_to_dead(reason)
        delay = retry_delay(task.attempt, self._settings.task_retry_seconds)
        async with self._database.write() as work:
            await work.tasks.retry(task, reason, delay_seconds=delay)
        return f"failed: {reason}"

    async def _move_to_dead(self, reason: str) -> str:
        task = self._task
        try:
            async with self._database.write() as work:
                await self._handler.move_to_dead(work, task, reason)
        except (LeaseLostError, LostRace, ServiceUnavailable):
            raise
        except Exception:
            logger.exception("on_dead of a handler failed", extra={"task": task.name})
            async with self._database.write() as work:
                await work.tasks.move_to_dead(task, reason)
        logger.error("task is dead", extra={"task": task.name, "reason": reason})
        return f"dead: {reason}"

    async def _release(self) -> None:
        try:
            async with self._database.write() as work:
                await work.tasks.release(self._task)
        except (LeaseLostError, ProblemError):
            logger.warning("cannot release a task; its lease will expire")


def _is_over(limit: asyncio.Timeout, by_seconds: float) -> bool:
    ends_at = limit.when()
    return ends_at is not None and asyncio.get_running_loop().time() > ends_at + by_seconds
