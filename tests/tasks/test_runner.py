"""What becomes of a task: done, tried again, dead, given back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from app.core.logging import request_id, traceparent
from app.db.base import DatabaseNow
from app.db.models import DeadTask, Task, User
from app.db.repositories.tasks import LeaseLostError
from app.services.exports import WriteExport
from app.services.outbox import Payload
from app.tasks.exports import fail_export
from app.tasks.run import Handler, Run
from app.tasks.runner import Runner
from app.tasks.waiting import pause_after
from tests.tasks.conftest import Lab

Handle = Callable[[Run, Payload], Awaitable[None]]


async def nothing(run: Run, payload: Payload) -> None:
    """Do no work."""


def failing(times: int) -> Handle:
    """Return work that fails some times before it succeeds."""
    failures = iter(range(times))

    async def work(run: Run, payload: Payload) -> None:
        for number in failures:
            raise ValueError(f"failure {number}")

    return work


def adding(email: str, *, then_fail: bool = False) -> Handle:
    """Return work that has an effect in the transaction that ends the task."""

    async def work(run: Run, payload: Payload) -> None:
        async with run.finish() as unit:
            await unit.users.add(
                User(email=email, password_hash="-", role="user", display_name=None)
            )
            if then_fail:
                raise ValueError("too late")

    return work


async def user_exists(lab: Lab, email: str) -> bool:
    async with lab.resources.database.read() as work:
        return await work.users.find_by_email(email) is not None


async def ended(lab: Lab, task_id: UUID) -> Task | None:
    """Return the task once it is done, or None once it is dead."""
    async with asyncio.timeout(15):
        while True:
            task = await lab.find(task_id)
            if task is None or task.status == "done":
                return task
            await asyncio.sleep(0.02)


async def test_a_task_is_done_when_its_work_returns(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)

    await lab.runner({payload: nothing}).run(task_id)

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.attempt, task.lease_until) == ("done", 1, None)


async def test_effects_and_done_are_committed_together(lab: Lab) -> None:
    payload, email = lab.payload(), f"{uuid4().hex}@example.com"
    task_id = await lab.add(payload)

    await lab.runner({payload: adding(email)}).run(task_id)

    assert await user_exists(lab, email)


async def test_effects_of_an_attempt_that_fails_are_rolled_back(lab: Lab) -> None:
    payload, email = lab.payload(), f"{uuid4().hex}@example.com"
    task_id = await lab.add(payload)

    await lab.runner({payload: adding(email, then_fail=True)}).run(task_id)

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.last_error) == ("queued", "ValueError: too late")
    assert not await user_exists(lab, email)


async def test_a_failed_task_is_tried_again_by_itself(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)

    async with lab.runner({payload: failing(2)}).serving():
        task = await ended(lab, task_id)

    assert task is not None
    assert task.attempt == 3
    assert task.last_error == "ValueError: failure 1"


def test_the_pause_before_another_attempt_doubles_up_to_an_hour() -> None:
    pauses = [pause_after(failures, first_seconds=2) for failures in (1, 2, 3, 40)]

    assert 1 <= pauses[0] <= 2 <= pauses[1] <= 4 <= pauses[2] <= 8
    assert 1800 <= pauses[3] <= 3600


async def test_a_payload_that_cannot_be_read_dies_and_stops_nothing(lab: Lab) -> None:
    members = {"task": f"chore_{uuid4().hex}", "max_attempts": 1}
    kind: type[WriteExport] = type("Broken", (WriteExport,), members)
    task_id = await lab.add(kind(export_id=uuid4()))
    async with lab.resources.database.write() as work:
        unreadable = update(Task).where(Task.id == task_id).values(payload={"export_id": "?"})
        await work.tasks._session.execute(unreadable)
    handler = Handler(kind, nothing, give_up=fail_export)

    await Runner(lab.resources, {kind.task: handler}, lab.settings).run(task_id)

    assert await lab.find(task_id) is None
    async with lab.resources.database.read() as work:
        dead = await work.tasks._session.get(DeadTask, task_id)
    assert dead is not None
    assert dead.error.startswith("ValidationError: ")


async def test_a_task_that_fails_too_often_is_dead(lab: Lab) -> None:
    payload = lab.payload(max_attempts=2)
    task_id = await lab.add(payload)

    async with lab.runner({payload: failing(9)}).serving():
        assert await ended(lab, task_id) is None

    async with lab.resources.database.read() as work:
        dead = await work.tasks._session.get(DeadTask, task_id)
    assert dead is not None
    assert (dead.attempts, dead.error) == (2, "ValueError: failure 1")


async def test_a_task_that_kills_its_worker_each_time_is_dead_too(lab: Lab) -> None:
    payload = lab.payload(max_attempts=1)
    task_id = await lab.add(payload)
    async with lab.claimed(payload):
        await expire(lab, task_id)

    async with lab.runner({payload: nothing}).serving():
        assert await ended(lab, task_id) is None

    async with lab.resources.database.read() as work:
        dead = await work.tasks._session.get(DeadTask, task_id)
    assert dead is not None
    assert dead.error == "The last attempt ended without a word."


async def expire(lab: Lab, task_id: UUID) -> None:
    async with lab.resources.database.write() as work:
        await work.tasks._session.execute(
            update(Task).where(Task.id == task_id).values(lease_until=DatabaseNow(-1))
        )


async def test_an_attempt_that_takes_too_long_has_failed(lab: Lab) -> None:
    payload = lab.payload(timeout_seconds=0.05)
    task_id = await lab.add(payload)

    async def hang(run: Run, payload: Payload) -> None:
        await asyncio.Event().wait()

    await lab.runner({payload: hang}).run(task_id)

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.last_error) == ("queued", "TimeoutError: ")


async def test_an_attempt_that_lost_its_lease_has_no_effect(lab: Lab) -> None:
    payload, email = lab.payload(), f"{uuid4().hex}@example.com"
    task_id = await lab.add(payload)
    async with lab.claimed(payload) as first:
        await expire(lab, task_id)
        await lab.runner({payload: nothing}).run(task_id)

        with pytest.raises(LeaseLostError):
            await adding(email)(Run(first, lab.resources, lab.settings), payload)

    assert not await user_exists(lab, email)


async def test_a_lease_is_extended_while_the_work_goes_on(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)
    leases: list[datetime | None] = []

    async def watch(run: Run, payload: Payload) -> None:
        while len(set(leases)) < 3:
            task = await lab.find(task_id)
            assert task is not None
            leases.append(task.lease_until)
            await asyncio.sleep(0.05)

    await lab.runner({payload: watch}, task_lease_seconds=1).run(task_id)

    assert leases == sorted(leases, key=str)


async def test_tasks_of_one_key_run_in_their_order(lab: Lab) -> None:
    payload = lab.payload()
    ids = [await lab.add(payload, key=f"key-{payload.task}") for _ in range(5)]
    order: list[str] = []

    async def note(run: Run, payload: Payload) -> None:
        order.append(run.key)
        if order.count(run.key) == 1:
            raise ValueError("each fails once, and its followers wait")

    async with lab.runner({payload: note}).serving():
        await asyncio.gather(*(ended(lab, task_id) for task_id in ids))

    assert order == [str(task_id) for task_id in ids for _ in range(2)]


async def test_a_delayed_task_waits(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload, delay_seconds=3600)

    await lab.runner({payload: nothing}).run(task_id)

    task = await lab.find(task_id)
    assert task is not None
    assert task.status == "queued"


async def test_a_task_that_no_worker_knows_stays_queued(lab: Lab) -> None:
    task_id = await lab.add(lab.payload())

    await lab.runner({}).run(task_id)

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.attempt) == ("queued", 0)


async def test_a_stopped_process_lets_its_tasks_end(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)
    begun = asyncio.Event()

    async def take_a_moment(run: Run, payload: Payload) -> None:
        begun.set()
        await asyncio.sleep(0.1)

    async with lab.runner({payload: take_a_moment}, task_shutdown_seconds=5).serving():
        await begun.wait()

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.attempt) == ("done", 1)


async def test_a_stopped_process_gives_back_what_takes_too_long(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)
    begun = asyncio.Event()

    async def hang(run: Run, payload: Payload) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with lab.runner({payload: hang}).serving():
        await begun.wait()

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.attempt, task.lease_until) == ("queued", 0, None)


async def test_request_and_trace_of_the_cause_are_on_the_log_lines_of_a_task(lab: Lab) -> None:
    payload = lab.payload()
    request_id.set("request-of-the-cause")
    traceparent.set(f"00-{'a' * 32}-{'b' * 16}-01")
    task_id = await lab.add(payload)
    request_id.set(None)
    traceparent.set(None)
    seen = []

    async def look(run: Run, payload: Payload) -> None:
        seen.append((request_id.get(), (traceparent.get() or "").split("-")[1]))
        logging.getLogger("test").info("at work")

    await lab.runner({payload: look}).run(task_id)

    assert seen == [("request-of-the-cause", "a" * 32)]


async def test_one_of_many_claims_of_a_task_succeeds(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)
    runs = []

    async def note(run: Run, payload: Payload) -> None:
        runs.append(run.key)

    runners = [lab.runner({payload: note}) for _ in range(4)]
    await asyncio.gather(*(runner.run(task_id) for runner in runners for _ in range(5)))

    assert runs == [str(task_id)]
