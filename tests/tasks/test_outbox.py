"""A task is written in the transaction of its cause."""

from uuid import UUID

import pytest
from sqlalchemy import event

from app.core.resources import Resources, open_resources
from app.services.support.outbox import enqueue
from tests.tasks.conftest import Lab
from tests.users import new_user


async def add_user_and_task(lab: Lab, resources: Resources, *, fail: bool = False) -> UUID:
    async with resources.database.write() as work:
        payload = lab.payload()
        await work.users.add(new_user(f"{payload.task}@example.com"))
        task_id = await enqueue(work, payload)
        if fail:
            raise ValueError(str(task_id))
    return task_id


async def test_a_task_needs_no_second_commit(lab: Lab) -> None:
    commits: list[object] = []
    async with open_resources(lab.settings) as resources:
        engine = resources.database.engine.sync_engine
        event.listen(engine, "commit", commits.append)

        await add_user_and_task(lab, resources)

    assert len(commits) == 1


async def test_a_task_of_a_transaction_that_fails_is_never_there(lab: Lab) -> None:
    with pytest.raises(ValueError, match="-") as failure:
        await add_user_and_task(lab, lab.resources, fail=True)

    assert await lab.find(UUID(str(failure.value))) is None


async def test_workers_are_notified_after_the_commit(lab: Lab) -> None:
    order: list[str] = []
    async with open_resources(lab.settings, lambda: order.append("told")) as resources:
        engine = resources.database.engine.sync_engine
        event.listen(engine, "commit", lambda _: order.append("committed"))

        await add_user_and_task(lab, resources)

    assert order == ["committed", "told"]


async def test_workers_are_not_notified_of_a_delayed_task(lab: Lab) -> None:
    told: list[None] = []
    resources = open_resources(lab.settings, lambda: told.append(None))
    async with resources as opened, opened.database.write() as work:
        await enqueue(work, lab.payload(), delay_seconds=60)

    assert told == []
