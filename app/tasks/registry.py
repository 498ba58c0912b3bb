"""Which code does which task."""

from collections.abc import Mapping
from typing import Any

from app.services.exports import WriteExport
from app.tasks import exports, housekeeping
from app.tasks.run import Handler

_HANDLERS: tuple[Handler[Any], ...] = (
    Handler(WriteExport, exports.write_export, give_up=exports.fail_export),
    Handler(housekeeping.DeleteExpiredKeys, housekeeping.delete_expired_keys),
    Handler(housekeeping.DeleteOldExports, housekeeping.delete_old_exports),
    Handler(housekeeping.DeleteFinishedTasks, housekeeping.delete_finished_tasks),
)

HANDLERS: Mapping[str, Handler[Any]] = {handler.payload.task: handler for handler in _HANDLERS}
