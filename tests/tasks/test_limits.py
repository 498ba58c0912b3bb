"""What holds for an attempt that has lost its time, its lease or its database."""

import asyncio

from app.core.exceptions import ServiceUnavailable
from app.db.models.tasks import DeadTask
from app.db.unit_of_work import UnitOfWork
from app.services.support.outbox import Payload
from app.tasks.engine.context import Handler, TaskContext
from tests.tasks.conftest import Lab
from tests.waiting import LIMIT_SECONDS, until


async def test_work_that_goes_on_after_its_time_limit_loses_its_lease(lab: Lab) -> None:
    payload = lab.payload(timeout_seconds=0.1)
    task_id = await lab.add(payload)
    begun: list[str] = []
    is_taken = asyncio.Event()

    async def stay(context: TaskContext, payload: Payload) -> None:
        begun.append(context.idempotency_key)
        if len(begun) == 2:
            is_taken.set()
        while not is_taken.is_set():
            try:
                await is_taken.wait()
            except asyncio.CancelledError:
                continue

    async def is_done() -> bool:
        task = await lab.find(task_id)
        return task is not None and task.status == "done"

    poller = lab.poller({payload: stay}, task_lease_seconds=1, task_shutdown_seconds=15)
    async with poller.running():
        try:
            await asyncio.wait_for(is_taken.wait(), LIMIT_SECONDS)
            await until(is_done)
        finally:
            is_taken.set()

    task = await lab.find(task_id)
    assert task is not None
    assert task.attempt >= 2


async def test_work_ends_when_its_lease_is_lost(lab: Lab) -> None:
    payload = lab.payload()
    task_id = await lab.add(payload)
    has_ended = False

    async def stay(context: TaskContext, payload: Payload) -> None:
        nonlocal has_ended
        try:
            await asyncio.Event().wait()
        finally:
            has_ended = True

    async with asyncio.timeout(LIMIT_SECONDS), lab.claimed(payload) as task:
        await lab.expire(task_id)
        await lab.claim(payload)
        await lab.execute(Handler(type(payload), stay), task, task_lease_seconds=1)

    assert has_ended


async def test_a_task_dies_only_once_on_dead_could_reach_the_database(
    lab: Lab,
) -> None:
    payload = lab.payload(max_attempts=1)
    task_id = await lab.add(payload)
    answers = iter([ServiceUnavailable("The database does not answer."), None])

    async def fail(context: TaskContext, payload: Payload) -> None:
        raise ValueError("no")

    async def tell(work: UnitOfWork, payload: Payload) -> None:
        if (error := next(answers)) is not None:
            raise error

    handler = Handler(type(payload), fail, on_dead=tell)
    for _ in range(2):
        async with lab.claimed(payload) as task:
            await lab.execute(handler, task)
        await lab.expire(task_id)

    assert next(answers, "told") == "told"
    async with lab.resources.database.read() as work:
        assert await work.session.get(DeadTask, task_id) is not None
