"""One module of rows per resource; importing the package registers every table."""

from app.db.models.api_keys import ApiKey
from app.db.models.exports import Export, ExportChunk
from app.db.models.idempotency_keys import IdempotencyKey
from app.db.models.items import Item
from app.db.models.tasks import DeadTask, Schedule, Task
from app.db.models.users import User

__all__ = [
    "ApiKey",
    "DeadTask",
    "Export",
    "ExportChunk",
    "IdempotencyKey",
    "Item",
    "Schedule",
    "Task",
    "User",
]
