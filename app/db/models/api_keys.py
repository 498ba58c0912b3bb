"""API keys, with which machines act for a user."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Entity


class ApiKey(Entity):
    """An API key; the key itself is not stored.

    Attributes:
        prefix: The beginning of the key, by which its owner recognises it.
        key_hash: SHA-256 of the key, in hexadecimal digits.
        scopes: What the key may do, separated by spaces.
        last_used_at: At most a minute before the latest use; None before the first.
    """

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "owner_id", "id"),)

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(20))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(1000))
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)
