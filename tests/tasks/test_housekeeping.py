"""What has expired is deleted, and nothing else."""

from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from app.core.crypto.opaque import digest
from app.db.base import Base
from app.db.models.account_tokens import AccountToken
from app.db.models.idempotency_keys import IdempotencyKey
from app.db.models.refresh_tokens import RefreshToken
from app.db.models.sessions import Session
from app.db.models.tasks import Task
from app.db.repositories.idempotency_keys import KeyName
from app.services.support.outbox import Payload
from app.tasks.engine.context import TaskContext
from app.tasks.housekeeping import (
    DeleteExpiredKeys,
    DeleteExpiredTokens,
    DeleteFinishedTasks,
)
from app.tasks.registry import HANDLERS
from tests.tasks.conftest import Lab
from tests.users import new_user

LONG_AGO = datetime.now(UTC) - timedelta(days=30)


async def do(lab: Lab, payload: Payload) -> None:
    """Run a task of this kind."""
    kind = lab.payload()
    await lab.add(kind)
    async with lab.claimed(kind) as task:
        await HANDLERS[payload.task].handle(TaskContext(task, lab.resources, lab.settings), payload)


async def exists(lab: Lab, model: type[Base], key: object) -> bool:
    async with lab.resources.database.read() as work:
        return await work.session.get(model, key) is not None


async def make_old(lab: Lab, model: type[Base], **moments: object) -> None:
    async with lab.resources.database.write() as work:
        key = moments.pop("id")
        await work.session.execute(
            update(model).where(model.__table__.c.id == key).values(**moments)
        )


@pytest.mark.parametrize(("life", "left"), [(-1, []), (3600, ["k"])])
async def test_expired_idempotency_keys_are_forgotten(lab: Lab, life: int, left: list[str]) -> None:
    name = KeyName(principal_id=uuid4(), operation="createItem", key="k")
    async with lab.resources.database.write() as work:
        await work.idempotency_keys.claim(name, "f", lease_seconds=1, life_seconds=life)

    await do(lab, DeleteExpiredKeys())

    async with lab.resources.database.read() as work:
        keys = await work.session.scalars(select(IdempotencyKey.key).where(name.matches))
    assert keys.all() == left


async def add_user(lab: Lab) -> UUID:
    async with lab.resources.database.write() as work:
        user = new_user()
        return (await work.users.add(user)).id


async def test_rows_of_tasks_that_ended_long_ago_are_deleted(lab: Lab) -> None:
    ids = [await lab.add(lab.payload()) for _ in range(3)]
    await make_old(lab, Task, id=ids[0], status="done", finished_at=LONG_AGO)
    await make_old(lab, Task, id=ids[1], status="done", finished_at=datetime.now(UTC))
    await make_old(lab, Task, id=ids[2], created_at=LONG_AGO)

    await do(lab, DeleteFinishedTasks())

    assert [await exists(lab, Task, task_id) for task_id in ids] == [False, True, True]


async def add_session(lab: Lab, owner_id: UUID, *, idle_until: datetime) -> UUID:
    async with lab.resources.database.write() as work:
        session = await work.sessions.add(
            Session(
                user_id=owner_id,
                scope=None,
                user_agent=None,
                address=None,
                last_used_at=idle_until,
                idle_until=idle_until,
                expires_at=datetime.now(UTC) + timedelta(days=1),
            )
        )
        await work.refresh_tokens.add(digest(token_urlsafe()), session.id)
        return session.id


async def test_sessions_that_ended_long_ago_are_deleted_with_their_tokens(lab: Lab) -> None:
    owner_id = await add_user(lab)
    old = await add_session(lab, owner_id, idle_until=LONG_AGO)
    lasting = await add_session(lab, owner_id, idle_until=datetime.now(UTC) + timedelta(days=1))

    await do(lab, DeleteExpiredTokens())

    assert not await exists(lab, Session, old)
    assert await exists(lab, Session, lasting)
    async with lab.resources.database.read() as work:
        mine = RefreshToken.session_id.in_((old, lasting))
        tokens = await work.session.scalars(select(RefreshToken.session_id).where(mine))
    assert tokens.all() == [lasting]


async def test_a_used_code_stays_dead_whatever_is_deleted(lab: Lab) -> None:
    owner_id, key = await add_user(lab), str(uuid7())
    account_mail = lab.resources.sign_in.account_mail
    await account_mail.deliver("reset-password", owner_id, key=key)
    async with lab.resources.database.write() as work:
        mine = AccountToken.user_id == owner_id
        code = await work.session.scalar(select(AccountToken.digest).where(mine))
        assert code is not None
        assert await work.account_tokens.use(code, "reset-password") == owner_id
        await work.session.execute(update(AccountToken).where(mine).values(expires_at=LONG_AGO))

    await do(lab, DeleteExpiredTokens())
    await account_mail.deliver("reset-password", owner_id, key=key)

    async with lab.resources.database.write() as work:
        assert await work.account_tokens.use(code, "reset-password") is None
