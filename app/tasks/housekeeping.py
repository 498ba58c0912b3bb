"""Housekeeping: deletes rows that have expired, in small transactions."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from app.db.unit_of_work import UnitOfWork
from app.services.outbox import Payload
from app.tasks.engine.context import TaskContext

_BATCH = 500
_DAY = 86_400


class DeleteExpiredKeys(Payload):
    """Forget idempotency keys whose time is over."""

    task: ClassVar = "delete_expired_keys"


class DeleteExpiredTokens(Payload):
    """Delete sessions that ended a day ago, with their refresh tokens, and unused mail tokens."""

    task: ClassVar = "delete_expired_tokens"


class DeleteOldExports(Payload):
    """Delete files of failed and cancelled exports, and all exports after `EXPORT_KEEP_SECONDS`."""

    task: ClassVar = "delete_old_exports"


class DeleteFinishedTasks(Payload):
    """Delete the rows of tasks that were done `TASK_KEEP_SECONDS` ago."""

    task: ClassVar = "delete_finished_tasks"


async def delete_expired_keys(context: TaskContext, _: DeleteExpiredKeys) -> None:
    """Delete expired idempotency keys."""
    await _delete(context, lambda work: work.idempotency_keys.delete_expired(limit=_BATCH))


async def delete_expired_tokens(context: TaskContext, _: DeleteExpiredTokens) -> None:
    """Delete what lets nobody in any more."""
    await _delete(
        context, lambda work: work.sessions.delete_ended(older_than_seconds=_DAY, limit=_BATCH)
    )
    await _delete(context, lambda work: work.account_tokens.delete_expired(limit=_BATCH))


async def delete_old_exports(context: TaskContext, _: DeleteOldExports) -> None:
    """Delete files that nobody can fetch, then old exports."""
    age = context.settings.export_keep_seconds
    await _delete(context, lambda work: work.exports.delete_unwanted_chunks(older_than_seconds=age))
    await _delete(
        context, lambda work: work.exports.delete_old(older_than_seconds=age, limit=_BATCH)
    )


async def delete_finished_tasks(context: TaskContext, _: DeleteFinishedTasks) -> None:
    """Delete the rows of finished tasks."""
    age = context.settings.task_keep_seconds
    await _delete(
        context, lambda work: work.tasks.delete_finished(older_than_seconds=age, limit=_BATCH)
    )


async def _delete(
    context: TaskContext, delete_batch: Callable[[UnitOfWork], Awaitable[int]]
) -> None:
    deleted = 1
    while deleted:
        async with context.checkpoint() as work:
            deleted = await delete_batch(work)
