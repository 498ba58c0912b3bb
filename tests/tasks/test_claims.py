"""Which rows a worker takes, and that no other one takes them too."""

import asyncio
from argparse import Namespace
from uuid import UUID

from app.manage.tasks import replay_dead
from app.services.support.outbox import Payload
from tests.tasks.conftest import Lab


async def claim(lab: Lab, payload: Payload, limit: int = 100) -> list[UUID]:
    return [task.id for task in await lab.claim(payload, limit)]


async def test_no_more_are_claimed_than_wanted_and_the_oldest_first(lab: Lab) -> None:
    payload = lab.payload()
    ids = [await lab.add(payload) for _ in range(5)]

    claims = [await claim(lab, payload, limit=2) for _ in range(4)]

    assert [set(claimed) for claimed in claims] == [set(ids[:2]), set(ids[2:4]), {ids[4]}, set()]


async def test_of_each_key_the_first_open_task_is_claimed(lab: Lab) -> None:
    payload = lab.payload()
    first, *_ = [await lab.add(payload, key=f"one-{payload.task}") for _ in range(3)]
    other, *_ = [await lab.add(payload, key=f"two-{payload.task}") for _ in range(3)]
    free = [await lab.add(payload) for _ in range(2)]

    assert set(await claim(lab, payload)) == {first, other, *free}
    assert await claim(lab, payload) == []


async def test_claims_at_the_same_time_share_the_tasks(lab: Lab) -> None:
    payload = lab.payload()
    ids = [await lab.add(payload) for _ in range(40)]

    claims = await asyncio.gather(*(claim(lab, payload, limit=5) for _ in range(20)))

    claimed = [task_id for ids_of_one in claims for task_id in ids_of_one]
    assert len(claimed) == len(set(claimed))
    assert set(claimed) <= set(ids)
    assert set(await claim(lab, payload)) == set(ids) - set(claimed)


async def test_a_delayed_task_waits(lab: Lab) -> None:
    payload = lab.payload()
    await lab.add(payload, delay_seconds=3600)

    assert await claim(lab, payload) == []


async def test_a_task_that_no_worker_knows_stays_queued(lab: Lab) -> None:
    await lab.add(lab.payload())

    assert await claim(lab, lab.payload()) == []


async def test_a_task_whose_worker_died_goes_before_an_older_one_of_its_key(lab: Lab) -> None:
    payload = lab.payload(max_attempts=1)
    key = f"key-{payload.task}"
    older, younger = [await lab.add(payload, key=key) for _ in range(2)]
    async with lab.claimed(payload) as task, lab.resources.database.write() as work:
        await work.tasks.move_to_dead(task, "no")
    assert await claim(lab, payload) == [younger]
    await replay_dead(lab.resources, Namespace(ids=[older]))
    await lab.expire(younger)

    assert await claim(lab, payload) == [younger]
