"""Queries about items."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import Select, select

from app.db.models.items import Item
from app.db.repositories.repository import Repository


class ItemRepository(Repository[Item]):
    """Items in the database."""

    model: ClassVar = Item

    def owned_by(self, owner_id: UUID) -> Select[Item]:
        """Return the items that their owner may see."""
        return select(Item).where(Item.owner_id == owner_id)
