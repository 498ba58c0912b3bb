"""What is due when: the one place with cron lines."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronsim import CronSim

from app.core.exceptions import ProblemError
from app.db.unit_of_work import Database
from app.services.administration import DeleteAccounts
from app.services.outbox import Payload, enqueue
from app.tasks.housekeeping import (
    DeleteExpiredKeys,
    DeleteExpiredTokens,
    DeleteFinishedTasks,
    DeleteOldExports,
)
from app.tasks.waiting import happens

logger = logging.getLogger(__name__)

_TICK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """A payload that becomes a task at each moment that the cron line names, in UTC."""

    name: str
    cron: str
    payload: Payload

    def slot(self, now: datetime) -> datetime:
        """Return the last moment that was due."""
        # Backwards from a moment the library gives those before it, and this one may be due itself.
        return next(CronSim(self.cron, now + timedelta(seconds=1), reverse=True))


SCHEDULES = (
    # Each deletion makes this task, too; this one goes on where those failed.
    Schedule("delete_accounts", "47 * * * *", DeleteAccounts()),
    Schedule("delete_expired_keys", "7 * * * *", DeleteExpiredKeys()),
    Schedule("delete_expired_tokens", "37 * * * *", DeleteExpiredTokens()),
    Schedule("delete_old_exports", "17 * * * *", DeleteOldExports()),
    Schedule("delete_finished_tasks", "27 3 * * *", DeleteFinishedTasks()),
)


class Scheduler:
    """Makes tasks of schedules. Any number of them may run: each slot gets one task.

    A slot that passed while none ran is made up for, once, however many there were.
    """

    def __init__(self, database: Database, schedules: Sequence[Schedule] = SCHEDULES) -> None:
        self._database = database
        self._schedules = schedules
        self._known: dict[str, datetime] = {}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Look every second for what is due, until the block ends."""
        ended = asyncio.Event()
        ticker = asyncio.create_task(self._tick(ended), name="schedule", context=Context())
        try:
            yield
        finally:
            ended.set()
            await ticker

    async def _tick(self, ended: asyncio.Event) -> None:
        while True:
            try:
                async with self._database.read() as work:
                    now = await work.schedules.now()
                await self.make_due(now)
            except ProblemError as error:
                logger.warning("cannot look for due schedules", extra={"reason": error.detail})
            except Exception:
                logger.exception("cannot look for due schedules")
            if await happens(ended, _TICK_SECONDS):
                return

    async def make_due(self, now: datetime) -> list[str]:
        """Make the tasks of due slots that nobody has taken; return the schedules' names."""
        made = []
        for schedule in self._schedules:
            slot = schedule.slot(now)
            if self._known.get(schedule.name) == slot:
                continue
            async with self._database.write() as work:
                if await work.schedules.take(schedule.name, slot):
                    await enqueue(work, schedule.payload)
                    made.append(schedule.name)
            self._known[schedule.name] = slot
        return made
