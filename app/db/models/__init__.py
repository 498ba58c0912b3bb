"""One module of rows per resource; importing the package registers every table."""

from app.db.models.api_keys import ApiKey
from app.db.models.idempotency_keys import IdempotencyKey
from app.db.models.items import Item
from app.db.models.users import User

__all__ = ["ApiKey", "IdempotencyKey", "Item", "User"]
