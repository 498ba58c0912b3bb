"""One module per resource; importing the package registers every table."""

from app.db.models.account_tokens import AccountToken
from app.db.models.api_keys import ApiKey  # part api_keys
from app.db.models.exports import Export, ExportChunk  # part exports
from app.db.models.files import File, FileChunk, ReceivedScan  # part files
from app.db.models.idempotency_keys import IdempotencyKey
from app.db.models.items import Item  # part example
from app.db.models.refresh_tokens import RefreshToken
from app.db.models.sessions import Session
from app.db.models.tasks import DeadTask, Schedule, Task
from app.db.models.users import User
from app.db.models.webhooks import Webhook, WebhookDelivery  # part webhooks

__all__ = [
    "AccountToken",
    "ApiKey",  # part api_keys
    "DeadTask",
    "Export",  # part exports
    "ExportChunk",  # part exports
    "File",  # part files
    "FileChunk",  # part files
    "IdempotencyKey",
    "Item",  # part example
    "ReceivedScan",  # part files
    "RefreshToken",
    "Schedule",
    "Session",
    "Task",
    "User",
    "Webhook",  # part webhooks
    "WebhookDelivery",  # part webhooks
]
