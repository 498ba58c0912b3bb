"""Single-use tokens that are sent by mail."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base

Purpose = Literal["reset-password", "verify-email"]


class AccountToken(Base):
    """The latest token of a user for a purpose.

    The row stays when the token is used, so that a retry of its task cannot make it valid again.

    Attributes:
        task_id: Task that mails the token; a later task replaces the token. None in rows of
            releases that did not store it.
        used_at: When the token was used or withdrawn; None until then.
    """

    __tablename__ = "account_tokens"
    __table_args__ = (
        CheckConstraint("purpose IN ('reset-password', 'verify-email')", name="purpose"),
        Index("uq_account_tokens_user_id_purpose", "user_id", "purpose", unique=True),
    )

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    purpose: Mapped[Purpose] = mapped_column(String(20))
    expires_at: Mapped[datetime]
    task_id: Mapped[UUID | None]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
