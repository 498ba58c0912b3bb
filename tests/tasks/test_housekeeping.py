"""What nobody needs any more is deleted, and nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app.db.base import Base
from app.db.models import Export, ExportChunk, IdempotencyKey, Task, User
from app.db.repositories.idempotency_keys import KeyName
from app.services.outbox import Payload
from app.tasks.housekeeping import DeleteExpiredKeys, DeleteFinishedTasks, DeleteOldExports
from app.tasks.registry import HANDLERS
from app.tasks.run import Run
from tests.tasks.conftest import Lab

LONG_AGO = datetime.now(UTC) - timedelta(days=30)


async def do(lab: Lab, payload: Payload) -> None:
    """Run a task of this kind."""
    kind = lab.payload()
    await lab.add(kind)
    async with lab.claimed(kind) as task:
        await HANDLERS[payload.task].handle(Run(task, lab.resources, lab.settings), payload)


async def exists(lab: Lab, model: type[Base], key: object) -> bool:
    async with lab.resources.database.read() as work:
        return await work.tasks._session.get(model, key) is not None


async def make_old(lab: Lab, model: type[Base], **moments: object) -> None:
    async with lab.resources.database.write() as work:
        key = moments.pop("id")
        await work.tasks._session.execute(
            update(model).where(model.__table__.c.id == key).values(**moments)
        )


@pytest.mark.parametrize(("life", "left"), [(-1, []), (3600, ["k"])])
async def test_expired_idempotency_keys_are_forgotten(lab: Lab, life: int, left: list[str]) -> None:
    name = KeyName(principal_id=uuid4(), operation="createItem", key="k")
    async with lab.resources.database.write() as work:
        await work.idempotency_keys.claim(name, "f", lease_seconds=1, life_seconds=life)

    await do(lab, DeleteExpiredKeys())

    async with lab.resources.database.read() as work:
        keys = await work.tasks._session.scalars(select(IdempotencyKey.key).where(name.matches))
    assert keys.all() == left


async def add_export(lab: Lab) -> UUID:
    async with lab.resources.database.write() as work:
        user = User(
            email=f"{uuid4().hex}@example.com", password_hash="-", role="user", display_name=None
        )
        owner = await work.users.add(user)
        export = await work.exports.add(Export(owner_id=owner.id, format="csv"))
        await work.exports.add_chunk(export, b"id")
        return export.id


async def test_old_exports_are_deleted_with_their_files(lab: Lab) -> None:
    old, fresh = await add_export(lab), await add_export(lab)
    await make_old(lab, Export, id=old, created_at=LONG_AGO)

    await do(lab, DeleteOldExports())

    assert not await exists(lab, Export, old)
    assert not await exists(lab, ExportChunk, (old, 0))
    assert await exists(lab, ExportChunk, (fresh, 0))


async def test_rows_of_tasks_that_ended_long_ago_are_deleted(lab: Lab) -> None:
    ids = [await lab.add(lab.payload()) for _ in range(3)]
    await make_old(lab, Task, id=ids[0], status="done", finished_at=LONG_AGO)
    await make_old(lab, Task, id=ids[1], status="done", finished_at=datetime.now(UTC))
    await make_old(lab, Task, id=ids[2], created_at=LONG_AGO)

    await do(lab, DeleteFinishedTasks())

    assert [await exists(lab, Task, task_id) for task_id in ids] == [False, True, True]
