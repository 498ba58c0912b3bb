"""Tokens that mail carries: good once, for a short time."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base

Purpose = Literal["reset-password", "verify-email"]


class AccountToken(Base):
    """The right to do one thing to an account; the row goes when it is used."""

    __tablename__ = "account_tokens"
    __table_args__ = (
        CheckConstraint("purpose IN ('reset-password', 'verify-email')", name="purpose"),
    )

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose] = mapped_column(String(20))
    expires_at: Mapped[datetime] = mapped_column(index=True)
