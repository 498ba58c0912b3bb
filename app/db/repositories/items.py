"""Queries about items."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from app.db.keyset import SortKey
from app.db.models.items import Item
from app.db.repositories.repository import Repository
from app.db.repositories.webhooks import has_webhooks  # part webhooks

# Making a statement costs more than running it.
_BY_ID = select(Item).where(Item.id == bindparam("item_id"))
_SORT_COLUMNS = {"created_at": Item.created_at, "name": Item.name}


class ItemRepository(Repository[Item]):
    """Items in the database."""

    model: ClassVar = Item
    noun: ClassVar = "item"
    asked: ClassVar = [has_webhooks("items.owner_id")]  # part webhooks

    def owned_by(
        self,
        owner_id: UUID,
        *,
        statuses: Sequence[str] = (),
        created_after: datetime | None = None,
        created_before: datetime | None = None,
    ) -> Select[Item]:
        """Return the items that their owner may see, narrowed by the filters that are given."""
        visible = select(Item).where(Item.owner_id == owner_id)
        if statuses:
            visible = visible.where(Item.status.in_(statuses))
        if created_after is not None:
            visible = visible.where(Item.created_at >= created_after)
        if created_before is not None:
            visible = visible.where(Item.created_at < created_before)
        return visible

    async def find(self, item_id: UUID) -> Item | None:
        """Return the item of any owner: only for readers who compare the owner themselves."""
        rows = await self._rows(_BY_ID, {"item_id": item_id})
        return rows[0] if rows else None

    def sort_keys(self, names: Sequence[str]) -> list[SortKey]:
        """Return the sort keys of names like `name.desc`; repetitions of a column are ignored."""
        ways: dict[str, str] = {}
        for name in names:
            column, _, way = name.partition(".")
            ways.setdefault(column, way)
        return [
            SortKey(_SORT_COLUMNS[column], descending=way == "desc") for column, way in ways.items()
        ]
