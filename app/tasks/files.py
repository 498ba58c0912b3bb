"""Stores results of virus scans, and deletes what broken uploads left."""

from typing import ClassVar

from app.services.files import RecordScan
from app.tasks.engine.context import TaskContext
from app.tasks.housekeeping import Housekeeping, delete_all

_HOUR = 3_600


class DeleteBrokenUploads(Housekeeping):
    """Delete files whose process ended during the upload, and old ids of webhooks."""

    task: ClassVar = "delete_broken_uploads"


async def record_scan(context: TaskContext, payload: RecordScan) -> None:
    """Store the result of a virus scan; a file that was deleted is skipped."""
    async with context.finish() as work:
        await work.files.set_scan(payload.file_id, payload.verdict.value)


async def delete_broken_uploads(context: TaskContext, _: DeleteBrokenUploads) -> None:
    """Delete what no upload or webhook of the last hour needs."""
    await delete_all(context, lambda work: work.files.delete_broken_off(older_than_seconds=_HOUR))
    await delete_all(context, lambda work: work.files.forget_scans(older_than_seconds=_HOUR))
