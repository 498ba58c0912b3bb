"""Creates the tasks of schedules."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronsim import CronSim

from app.core.problem import ProblemError
from app.db.unit_of_work import Database
from app.services.support.outbox import Payload, enqueue
from app.tasks.engine.waiting import wait_for

logger = logging.getLogger(__name__)

_CHECK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ScheduledTask:
    """A payload that becomes a task at each slot of a cron expression, in UTC."""

    name: str
    cron: str
    payload: Payload

    def slot(self, now: datetime) -> datetime:
        """Return the latest slot that is due."""
        # In reverse, CronSim returns only times before its start; `now` itself may be due.
        return next(CronSim(self.cron, now + timedelta(seconds=1), reverse=True))


class Scheduler:
    """Creates one task for each slot of a schedule, even if several schedulers run.

    If slots passed while no scheduler ran, it creates one task for all of them.
    """

    def __init__(self, database: Database, schedules: Sequence[ScheduledTask]) -> None:
        self._database = database
        self._schedules = schedules
        self._known: dict[str, datetime] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Create due tasks every second, until the block ends."""
        ended = asyncio.Event()
        checking = asyncio.create_task(
            self._check_forever(ended), name="schedules", context=Context()
        )
        try:
            yield
        finally:
            ended.set()
            await checking

    async def _check_forever(self, ended: asyncio.Event) -> None:
        while True:
            try:
                async with self._database.read() as work:
                    now = await work.schedules.now()
                await self.create_due(now)
            except ProblemError as error:
                logger.warning("cannot check schedules", extra={"reason": error.detail})
            except Exception:
                logger.exception("cannot check schedules")
            if await wait_for(ended, _CHECK_SECONDS):
                return

    async def create_due(self, now: datetime) -> list[str]:
        """Create the missing tasks of due slots; return the names of their schedules."""
        created = []
        for schedule in self._schedules:
            slot = schedule.slot(now)
            if self._known.get(schedule.name) == slot:
                continue
            async with self._database.write() as work:
                if await work.schedules.take(schedule.name, slot):
                    await enqueue(work, schedule.payload)
                    created.append(schedule.name)
            self._known[schedule.name] = slot
        return created
