"""Which code does which task."""

from collections.abc import Mapping
from typing import Any

from app.services.account_mail import SendAccountMail
from app.services.administration import DeleteAccounts
from app.services.exports import WriteExport
from app.tasks import account_mail, exports, housekeeping
from app.tasks.run import Handler

_HANDLERS: tuple[Handler[Any], ...] = (
    Handler(SendAccountMail, account_mail.send_account_mail),
    Handler(
        WriteExport,
        exports.write_export,
        give_up=exports.fail_export,
        revive=exports.restart_export,
    ),
    Handler(DeleteAccounts, housekeeping.delete_accounts),
    Handler(housekeeping.DeleteExpiredTokens, housekeeping.delete_expired_tokens),
    Handler(housekeeping.DeleteExpiredKeys, housekeeping.delete_expired_keys),
    Handler(housekeeping.DeleteOldExports, housekeeping.delete_old_exports),
    Handler(housekeeping.DeleteFinishedTasks, housekeeping.delete_finished_tasks),
)

HANDLERS: Mapping[str, Handler[Any]] = {handler.payload.task: handler for handler in _HANDLERS}
