"""Files that users upload, in chunks: all processes of the API see them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, DatabaseNow, Entity

MediaType = Literal["image/png", "image/jpeg", "application/pdf"]
FileScan = Literal["pending", "clean", "infected"]
BROKEN_OFF = text("sha256 IS NULL")
"""The condition of files whose upload is not complete; an index has it too."""


class File(Entity):
    """A file of a user.

    Attributes:
        size: Number of bytes that are stored.
        sha256: Digest of the content in hexadecimal digits; None until the upload is complete.
    """

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint("scan IN ('pending', 'clean', 'infected')", name="scan"),
        Index(None, "owner_id"),
        Index(
            "ix_files_broken_off",
            "created_at",
            postgresql_where=BROKEN_OFF,
            sqlite_where=BROKEN_OFF,
        ),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    media_type: Mapped[MediaType] = mapped_column(String(50))
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    scan: Mapped[FileScan] = mapped_column(String(20), default="pending")


class FileChunk(Base):
    """A chunk of a file: `CHUNK_BYTES` long, and the last one shorter."""

    __tablename__ = "file_chunks"

    file_id: Mapped[UUID] = mapped_column(
        ForeignKey("files.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ReceivedScan(Base):
    """The id of a webhook that was received, so that a repeat has no further effect."""

    __tablename__ = "received_scans"
    __table_args__ = (Index(None, "received_at"),)

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(insert_default=DatabaseNow(), init=False)
