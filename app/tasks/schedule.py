"""The schedules of tasks, as cron expressions in UTC."""

from app.services.accounts.administration import DeleteAccounts
from app.tasks.engine.scheduler import ScheduledTask
from app.tasks.exports import DeleteOldExports
from app.tasks.files import DeleteBrokenUploads
from app.tasks.housekeeping import DeleteExpiredKeys, DeleteExpiredTokens, DeleteFinishedTasks
from app.tasks.webhooks import DeleteOldDeliveries

SCHEDULES = (
    # Deleting an account creates this task too; the scheduled one continues if that one failed.
    ScheduledTask("delete_accounts", "47 * * * *", DeleteAccounts()),
    ScheduledTask("delete_expired_keys", "7 * * * *", DeleteExpiredKeys()),
    ScheduledTask("delete_expired_tokens", "37 * * * *", DeleteExpiredTokens()),
    ScheduledTask("delete_old_exports", "17 * * * *", DeleteOldExports()),  # part exports
    ScheduledTask("delete_broken_uploads", "57 * * * *", DeleteBrokenUploads()),  # part files
    ScheduledTask("delete_old_deliveries", "12 * * * *", DeleteOldDeliveries()),  # part webhooks
    ScheduledTask("delete_finished_tasks", "27 3 * * *", DeleteFinishedTasks()),
)
