"""What is due when, with any number of schedulers."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.db.models.tasks import Task
from app.tasks.engine.scheduler import ScheduledTask, Scheduler
from app.tasks.registry import HANDLERS
from app.tasks.schedule import SCHEDULES
from tests import figures
from tests.backends import kind_of
from tests.tasks.conftest import Lab
from tests.waiting import LIMIT_SECONDS

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


async def count(lab: Lab, name: str) -> int:
    async with lab.resources.database.read() as work:
        statement = select(func.count()).select_from(Task).where(Task.name == name)
        return await work.session.scalar(statement) or 0


@pytest.mark.parametrize(
    ("cron", "now", "slot"),
    [
        ("0 * * * *", NOON, NOON),
        ("0 * * * *", NOON - timedelta(seconds=1), NOON - timedelta(hours=1)),
        ("30 3 * * *", NOON, NOON.replace(hour=3, minute=30)),
        ("0 0 1 * *", NOON, NOON.replace(day=1, hour=0)),
    ],
)
def test_the_slot_is_the_last_moment_that_was_due(cron: str, now: datetime, slot: datetime) -> None:
    assert ScheduledTask("any", cron, SCHEDULES[0].payload).slot(now) == slot


async def test_three_schedulers_make_one_task_of_each_slot(lab: Lab) -> None:
    payload = lab.payload()
    schedule = ScheduledTask(f"any {uuid4().hex}", "* * * * *", payload)
    schedulers = [Scheduler(lab.resources.database, [schedule]) for _ in range(3)]
    slots = 20

    for minute in range(slots):
        now = NOON + timedelta(minutes=minute)
        made = await asyncio.gather(*(scheduler.create_due(now) for scheduler in schedulers))
        assert sum(map(len, made)) == 1

    tasks = await count(lab, payload.task)
    figures.record(f"three schedulers, {slots} slots [{kind_of(lab.settings)}]", f"{tasks} tasks")
    assert tasks == slots


async def test_slots_that_passed_while_nobody_looked_are_made_up_for_once(lab: Lab) -> None:
    payload = lab.payload()
    schedule = ScheduledTask(f"any {uuid4().hex}", "* * * * *", payload)
    await Scheduler(lab.resources.database, [schedule]).create_due(NOON)

    await Scheduler(lab.resources.database, [schedule]).create_due(NOON + timedelta(hours=5))

    assert await count(lab, payload.task) == 2


async def test_a_slot_is_not_taken_again_by_a_clock_that_is_late(lab: Lab) -> None:
    payload = lab.payload()
    schedule = ScheduledTask(f"any {uuid4().hex}", "* * * * *", payload)
    await Scheduler(lab.resources.database, [schedule]).create_due(NOON)

    late = await Scheduler(lab.resources.database, [schedule]).create_due(
        NOON - timedelta(minutes=3)
    )

    assert late == []


async def test_a_scheduler_goes_on_after_an_error_that_nobody_expected(lab: Lab) -> None:
    looked_again = asyncio.Event()

    class Unlucky(Scheduler):
        async def create_due(self, now: datetime) -> list[str]:
            if not self._known:
                self._known["failed"] = now
                raise KeyError("once")
            looked_again.set()
            return []

    async with Unlucky(lab.resources.database, []).running(), asyncio.timeout(LIMIT_SECONDS):
        await looked_again.wait()


def test_every_schedule_makes_a_task_that_workers_know() -> None:
    assert {schedule.payload.task for schedule in SCHEDULES} <= HANDLERS.keys()
    assert len({schedule.name for schedule in SCHEDULES}) == len(SCHEDULES)
