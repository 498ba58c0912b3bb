"""Logins, each of which may last for weeks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Entity


class Session(Entity):
    """A login from one device; its refresh tokens are one family.

    Attributes:
        scope: What was granted at the login, separated by spaces; None, which earlier releases
            wrote, for all that the role has.
        revoked_at: Since when the session has ended; None while it lasts.
    """

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "user_id", "created_at", "id"), Index(None, "idle_until"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    scope: Mapped[str | None] = mapped_column(String(1000))
    user_agent: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(50))
    last_used_at: Mapped[datetime]
    idle_until: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
