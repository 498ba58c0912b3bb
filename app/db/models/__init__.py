"""One module of rows per resource; importing the package registers every table."""

from app.db.models.account_tokens import AccountToken
from app.db.models.idempotency_keys import IdempotencyKey
from app.db.models.items import Item
from app.db.models.refresh_tokens import RefreshToken
from app.db.models.sessions import Session
from app.db.models.users import User

__all__ = ["AccountToken", "IdempotencyKey", "Item", "RefreshToken", "Session", "User"]
