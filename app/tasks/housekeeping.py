"""Deletes expired rows, in small transactions."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from app.db.unit_of_work import UnitOfWork
from app.services.accounts.administration import DeleteAccounts
from app.services.support.outbox import Payload
from app.tasks.engine.context import TaskContext

_DAY = 86_400


class Housekeeping(Payload):
    """A deletion that may take long as a whole; each of its transactions is short."""

    timeout_seconds: ClassVar = 3600.0


class DeleteExpiredKeys(Housekeeping):
    """Delete idempotency keys that have expired."""

    task: ClassVar = "delete_expired_keys"


class DeleteExpiredTokens(Housekeeping):
    """Delete sessions that ended, a day after `SESSION_IDLE_SECONDS`."""

    task: ClassVar = "delete_expired_tokens"


class DeleteFinishedTasks(Housekeeping):
    """Delete tasks that finished more than `TASK_KEEP_SECONDS` ago."""

    task: ClassVar = "delete_finished_tasks"


async def delete_accounts(context: TaskContext, _: DeleteAccounts) -> None:
    """Delete what the users of deleted accounts owned, then the accounts."""
    await delete_all(context, lambda work: work.idempotency_keys.delete_of_deleted_accounts())
    await delete_all(context, lambda work: work.users.delete_deleted())


async def delete_expired_keys(context: TaskContext, _: DeleteExpiredKeys) -> None:
    """Delete expired idempotency keys."""
    await delete_all(context, lambda work: work.idempotency_keys.delete_expired())


async def delete_expired_tokens(context: TaskContext, _: DeleteExpiredTokens) -> None:
    """Delete ended sessions with their refresh tokens."""
    await delete_all(context, lambda work: work.sessions.delete_ended(older_than_seconds=_DAY))


async def delete_finished_tasks(context: TaskContext, _: DeleteFinishedTasks) -> None:
    """Delete the rows of finished tasks."""
    age = context.settings.task_keep_seconds
    await delete_all(context, lambda work: work.tasks.delete_finished(older_than_seconds=age))


async def delete_all(
    context: TaskContext, delete_piece: Callable[[UnitOfWork], Awaitable[int]]
) -> None:
    """Delete piece by piece, each in a transaction of its own, until nothing is left."""
    deleted = 1
    while deleted:
        async with context.checkpoint() as work:
            deleted = await delete_piece(work)
