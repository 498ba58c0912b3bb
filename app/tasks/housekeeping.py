"""Deletes what nobody needs any more, in small transactions."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from app.db.unit_of_work import UnitOfWork
from app.services.outbox import Payload
from app.tasks.run import Run

_BATCH = 500
_DAY = 86_400


class DeleteExpiredKeys(Payload):
    """Forget idempotency keys whose time is over."""

    task: ClassVar = "delete_expired_keys"


class DeleteExpiredTokens(Payload):
    """Delete sessions that ended a day ago, with their refresh tokens."""

    task: ClassVar = "delete_expired_tokens"


class DeleteOldExports(Payload):
    """Delete files of failed and cancelled exports, and all exports after `EXPORT_KEEP_SECONDS`."""

    task: ClassVar = "delete_old_exports"


class DeleteFinishedTasks(Payload):
    """Delete the rows of tasks that were done `TASK_KEEP_SECONDS` ago."""

    task: ClassVar = "delete_finished_tasks"


async def delete_expired_keys(run: Run, _: DeleteExpiredKeys) -> None:
    """Delete expired idempotency keys."""
    await _delete(run, lambda work: work.idempotency_keys.delete_expired(limit=_BATCH))


async def delete_expired_tokens(run: Run, _: DeleteExpiredTokens) -> None:
    """Delete what lets nobody in any more."""
    await _delete(
        run, lambda work: work.sessions.delete_ended(older_than_seconds=_DAY, limit=_BATCH)
    )


async def delete_old_exports(run: Run, _: DeleteOldExports) -> None:
    """Delete files that nobody can fetch, then old exports."""
    age = run.settings.export_keep_seconds
    await _delete(run, lambda work: work.exports.delete_unwanted_chunks(older_than_seconds=age))
    await _delete(run, lambda work: work.exports.delete_old(older_than_seconds=age, limit=_BATCH))


async def delete_finished_tasks(run: Run, _: DeleteFinishedTasks) -> None:
    """Delete the rows of finished tasks."""
    age = run.settings.task_keep_seconds
    await _delete(
        run, lambda work: work.tasks.delete_finished(older_than_seconds=age, limit=_BATCH)
    )


async def _delete(run: Run, delete_batch: Callable[[UnitOfWork], Awaitable[int]]) -> None:
    deleted = 1
    while deleted:
        async with run.checkpoint() as work:
            deleted = await delete_batch(work)
