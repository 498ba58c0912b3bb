"""Things that a user owns."""

from typing import final
from uuid import UUID

from pydantic import MISSING

from app.core.exceptions import NotFound
from app.core.security import Cursors, Principal
from app.db.models.items import Item
from app.db.unit_of_work import Database, UnitOfWork
from app.schemas import v1


@final
class Items(v1.ItemsService):
    """Keeps the caller's items; nobody sees anybody else's."""

    def __init__(self, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors

    async def list_items(
        self, *, limit: int, cursor: str | None, principal: Principal
    ) -> v1.ItemPage:
        """Return one page, newest first.

        Raises:
            NotFound: The cursor is not one that this server gave out.
        """
        before = None if cursor is None else self._cursors.decode(cursor)
        async with self._database.read() as work:
            rows = await work.items.list_newest(
                work.items.owned_by(principal.user_id), before=before, limit=limit + 1
            )
        page = rows[:limit]
        following = self._cursors.encode(page[-1].id) if len(rows) > limit else None
        return v1.ItemPage(items=[_to_item(row) for row in page], next=following)

    async def create_item(self, body: v1.ItemCreate, *, principal: Principal) -> v1.CreateItem201:
        """Create an item that belongs to the caller."""
        row = Item(
            owner_id=principal.user_id,
            name=body.name,
            description=body.description,
            status=body.status.value,
            quantity=body.quantity,
        )
        async with self._database.write() as work:
            item = _to_item(await work.items.add(row))
        return v1.CreateItem201(body=item, location=f"/api/v1/items/{item.id}")

    async def get_item(self, item_id: UUID, *, principal: Principal) -> v1.Item:
        """Return one of the caller's items.

        Raises:
            NotFound: There is no such item, or it is somebody else's.
        """
        async with self._database.read() as work:
            return _to_item(await _owned(work, item_id, principal))

    async def update_item(
        self, item_id: UUID, body: v1.ItemUpdate, *, principal: Principal
    ) -> v1.Item:
        """Change the fields that were sent.

        Raises:
            NotFound: There is no such item, or it is somebody else's.
        """
        async with self._database.write() as work:
            item = await _owned(work, item_id, principal)
            if body.name is not MISSING:
                item.name = body.name
            if body.description is not MISSING:
                item.description = body.description
            if body.status is not MISSING:
                item.status = body.status.value
            if body.quantity is not MISSING:
                item.quantity = body.quantity
            return _to_item(await work.items.save(item))

    async def delete_item(self, item_id: UUID, *, principal: Principal) -> None:
        """Delete one of the caller's items for good.

        Raises:
            NotFound: There is no such item, or it is somebody else's.
        """
        async with self._database.write() as work:
            await work.items.delete(await _owned(work, item_id, principal))


async def _owned(work: UnitOfWork, item_id: UUID, principal: Principal) -> Item:
    item = await work.items.get(work.items.owned_by(principal.user_id), item_id)
    if item is None:
        raise NotFound("There is no item with this id.")
    return item


def _to_item(item: Item) -> v1.Item:
    return v1.Item(
        id=item.id,
        name=item.name,
        description=item.description,
        status=v1.ItemStatus(item.status),
        quantity=item.quantity,
        created_at=item.created_at,
        updated_at=item.updated_at,
    )
