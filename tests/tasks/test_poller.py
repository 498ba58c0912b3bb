"""Tasks run when they are due, a limited number at once, until the process stops."""

import asyncio
from uuid import UUID

import pytest

from app.db.models.tasks import Task
from app.services.support.outbox import Payload
from app.tasks.engine.context import TaskContext
from tests.tasks.conftest import Lab
from tests.waiting import until


async def ended(lab: Lab, task_id: UUID, *, woken: bool = False) -> Task | None:
    """Return the task once it is done, or None once it is dead; `woken`, wait for no poll."""

    async def has_ended() -> bool:
        if woken:
            lab.wake.set()
        task = await lab.find(task_id)
        return task is None or task.status == "done"

    await until(has_ended)
    return await lab.find(task_id)


async def test_a_failed_task_is_retried(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)

    failures = iter(range(2))

    async def fail_twice(context: TaskContext, payload: Payload) -> None:
        for number in failures:
            raise ValueError(f"failure {number}")

    async with lab.poller({payload: fail_twice}).running():
        task = await ended(lab, task_id, woken=True)

    assert task is not None
    assert task.attempt == 3
    assert task.last_error == "ValueError: failure 1"


async def test_tasks_of_one_key_run_in_their_order(lab: Lab) -> None:
    payload = lab.payload()
    ids = [await lab.add(payload, key=f"key-{payload.task}") for _ in range(5)]
    order: list[str] = []

    async def note(context: TaskContext, payload: Payload) -> None:
        order.append(context.idempotency_key)
        if order.count(context.idempotency_key) == 1:
            raise ValueError("each fails once, and its followers wait")

    async with lab.poller({payload: note}).running():
        await asyncio.gather(*(ended(lab, task_id, woken=True) for task_id in ids))

    assert order == [str(task_id) for task_id in ids for _ in range(2)]


async def test_long_tasks_leave_room_for_short_ones(lab: Lab) -> None:
    long, short = lab.payload(timeout_seconds=61), lab.payload()
    long_ids = [await lab.add(long) for _ in range(4)]
    may_end = asyncio.Event()

    async def stay(context: TaskContext, payload: Payload) -> None:
        await may_end.wait()

    async def pass_by(context: TaskContext, payload: Payload) -> None:
        """Do no work."""

    poller = lab.poller({long: stay, short: pass_by}, task_slots=2)
    async with poller.running():
        assert await ended(lab, await lab.add(short), woken=True) is not None
        assert await ended(lab, await lab.add(short), woken=True) is not None
        may_end.set()
        assert None not in [await ended(lab, task_id, woken=True) for task_id in long_ids]


async def test_a_stopped_process_lets_its_tasks_end(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def wait(context: TaskContext, payload: Payload) -> None:
        begun.set()
        await may_end.wait()

    async with lab.poller({payload: wait}).running():
        await begun.wait()
        # The end of the block stops the poller before the loop gets to this.
        asyncio.get_running_loop().call_soon(may_end.set)

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.attempt) == ("done", 1)


async def test_a_stopped_process_releases_a_task_that_takes_too_long(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)
    begun = asyncio.Event()

    async def hang(context: TaskContext, payload: Payload) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with lab.poller({payload: hang}, task_shutdown_seconds=0.05).running():
        await begun.wait()

    task = await lab.find(task_id)
    assert task is not None
    assert (task.status, task.attempt, task.lease_until) == ("queued", 0, None)


async def test_no_more_tasks_run_at_once_than_there_are_slots(lab: Lab) -> None:
    payload = lab.payload()
    ids = [await lab.add(payload) for _ in range(7)]
    running, most = 0, 0
    may_end = asyncio.Event()

    async def count(context: TaskContext, payload: Payload) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await may_end.wait()
        running -= 1

    poller = lab.poller({payload: count}, task_slots=3)
    async with poller.running():
        await until(lambda: running == 3)
        lab.wake.set()
        may_end.set()
        await asyncio.gather(*(ended(lab, task_id) for task_id in ids))

    assert most == 3


async def test_a_task_begins_when_the_poller_is_woken(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.tasks.engine.poller._POLL_SECONDS", 3600)
    payload = lab.payload()
    begun: list[str] = []

    async def note(context: TaskContext, payload: Payload) -> None:
        begun.append(context.idempotency_key)

    first = await lab.add(payload)
    poller = lab.poller({payload: note})
    async with poller.running():
        await ended(lab, first)  # The first poll is over.
        second = await lab.add(payload)
        lab.wake.set()
        await ended(lab, second)

    assert begun == [str(first), str(second)]
