"""The handlers of all kinds of tasks."""

from typing import Any

from app.services.accounts.administration import DeleteAccounts
from app.services.accounts.mail import SendAccountMail
from app.services.exports import WriteExport
from app.services.files import RecordScan
from app.services.support.events import DeliverEvents
from app.tasks import account_mail, exports, files, housekeeping, webhooks
from app.tasks.engine.context import Handler, Handlers

_HANDLERS: tuple[Handler[Any], ...] = (
    Handler(SendAccountMail, account_mail.send_account_mail),
    # part exports
    Handler(
        WriteExport,
        exports.write_export,
        on_dead=exports.fail_export,
        on_replay=exports.restart_export,
    ),
    Handler(exports.DeleteOldExports, exports.delete_old_exports),
    # end part
    # part files
    Handler(RecordScan, files.record_scan),
    Handler(files.DeleteBrokenUploads, files.delete_broken_uploads),
    # end part
    # part webhooks
    Handler(DeliverEvents, webhooks.deliver_events),
    Handler(webhooks.DeleteOldDeliveries, webhooks.delete_old_deliveries),
    # end part
    Handler(DeleteAccounts, housekeeping.delete_accounts),
    Handler(housekeeping.DeleteExpiredTokens, housekeeping.delete_expired_tokens),
    Handler(housekeeping.DeleteExpiredKeys, housekeeping.delete_expired_keys),
    Handler(housekeeping.DeleteFinishedTasks, housekeeping.delete_finished_tasks),
)

HANDLERS: Handlers = {handler.payload.task: handler for handler in _HANDLERS}
