"""Things that a user owns."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Entity, sortable_text


class Item(Entity):
    """Something that a user owns; the bounds repeat the contract's."""

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'active', 'archived')", name="status"),
        CheckConstraint("quantity BETWEEN 0 AND 1000000", name="quantity"),
        Index(None, "owner_id", "created_at", "id"),
        Index(None, "owner_id", "name", "id"),
    )

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sortable_text(200))
    description: Mapped[str | None] = mapped_column(String(2000))
    status: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[int]
