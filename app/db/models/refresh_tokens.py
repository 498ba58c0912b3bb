"""Refresh tokens, of which only digests are stored."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class RefreshToken(Base):
    """One link in the chain of a session's tokens.

    Attributes:
        digest: SHA-256 of the token.
        spent_at: When the token was exchanged for its successor; None for the newest.
        successor: The next token, encrypted with a key derived from this one.
    """

    __tablename__ = "refresh_tokens"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    spent_at: Mapped[datetime | None] = mapped_column(default=None)
    successor: Mapped[str | None] = mapped_column(String(200), default=None)
