"""Sessions, each of which may last for weeks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Entity


class Session(Entity):
    """A login from one device; its refresh tokens are one family.

    Attributes:
        scope: The scopes granted at the login, separated by spaces. None means all scopes of the
            role; earlier releases wrote it.
        revoked_at: When the session was revoked; None until then.
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
