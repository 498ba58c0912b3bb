"""Accounts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.security import Role
from app.db.base import Entity

_GONE = text("deleted_at IS NOT NULL")


class User(Entity):
    """An account; `email` is stored in lower case.

    Attributes:
        email_verified_at: When the address was verified; None until then.
        disabled_at: When an administrator disabled the user; None while the user is enabled.
        deleted_at: When the account was deleted; a task deletes what its user owned.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('user', 'admin')", name="role"),
        Index("ix_users_deleted_at", "deleted_at", postgresql_where=_GONE, sqlite_where=_GONE),
    )

    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[Role] = mapped_column(String(20))
    display_name: Mapped[str | None] = mapped_column(String(100))
    email_verified_at: Mapped[datetime | None] = mapped_column(default=None)
    disabled_at: Mapped[datetime | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
