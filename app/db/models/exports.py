"""Exports of a user's items to files."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Entity

UNWANTED_FILE = text("status IN ('failed', 'cancelled') AND chunks > 0")
"""The condition of exports whose file cannot be downloaded; an index has it too."""

ExportStatus = Literal["queued", "running", "done", "failed", "cancelled"]


class Export(Entity):
    """An export whose file is written in the background.

    Attributes:
        rows_total: Number of items when the export was started; None before.
        position: The sort keys of the last item in the file, as JSON; None before the first.
    """

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint(
            "status IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="status"
        ),
        CheckConstraint("format IN ('csv', 'jsonl')", name="format"),
        Index(None, "owner_id"),
        Index(None, "created_at"),
        Index(
            "ix_exports_unwanted_file",
            "id",
            postgresql_where=UNWANTED_FILE,
            sqlite_where=UNWANTED_FILE,
        ),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    format: Mapped[str] = mapped_column(String(10))
    status: Mapped[ExportStatus] = mapped_column(String(20), default="queued")
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int | None] = mapped_column(default=None)
    chunks: Mapped[int] = mapped_column(default=0)
    position: Mapped[str | None] = mapped_column(String(1000), default=None)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)


class ExportChunk(Base):
    """A chunk of an export's file, small enough for memory."""

    __tablename__ = "export_chunks"

    export_id: Mapped[UUID] = mapped_column(
        ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
