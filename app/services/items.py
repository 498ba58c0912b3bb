"""Things that a user owns."""

from datetime import UTC, datetime
from typing import final
from uuid import UUID

from pydantic import MISSING, BaseModel

from app import schemas
from app.core.cache import Cache
from app.core.crypto.cursors import Cursors
from app.core.exceptions import NotFound
from app.core.security import Principal
from app.db.models.items import Item
from app.db.unit_of_work import Database, UnitOfWork, retried
from app.schemas.reply import Replayed
from app.services.support.events import has_webhooks, publish
from app.services.support.idempotency import Idempotency
from app.services.support.pagination import ListQuery
from app.services.support.preconditions import etag, is_unchanged, require_match


class CachedItem(BaseModel):
    """An item as the cache stores it for all readers; only `owner_id` may see it."""

    owner_id: UUID
    etag: str
    item: schemas.Item


@final
class Items(schemas.ItemsService):
    """Stores the caller's items; other users do not see them."""

    def __init__(
        self, database: Database, cursors: Cursors, idempotency: Idempotency, cache: Cache
    ) -> None:
        self._database = database
        self._cursors = cursors
        self._idempotency = idempotency
        self._cache = cache

    async def list_items(
        self,
        *,
        limit: int,
        cursor: str | None,
        sort: list[schemas.ItemSort] | None,
        status: list[schemas.ItemStatus] | None,
        created_after: datetime | None,
        created_before: datetime | None,
        principal: Principal,
    ) -> schemas.ListItems200:
        """Return one page; without sort keys the newest come first.

        Raises:
            InvalidCursor: The cursor is not one that this server gave out for this list.
        """
        filters = {
            "sort": sort,
            "status": status,
            "created_after": created_after,
            "created_before": created_before,
        }
        query = ListQuery(
            operation=schemas.operations.LIST_ITEMS, reader=principal.user_id, filters=filters
        )
        start = query.start(self._cursors, cursor)
        async with self._database.read() as work:
            visible = work.items.owned_by(
                principal.user_id,
                statuses=status or (),
                created_after=created_after,
                created_before=created_before,
            )
            keys = work.items.sort_keys(sort or [schemas.ItemSort.CREATED_AT_DESC])
            page = await work.items.list_page(visible, sort=keys, start=start, limit=limit)
        next_cursor, link = query.next_page(self._cursors, page.next_position, limit)
        body = schemas.ItemPage(items=[to_item(row) for row in page.rows], next=next_cursor)
        return schemas.ListItems200(body=body, link=link)

    async def create_item(
        self, body: schemas.ItemCreate, *, idempotency_key: str | None, principal: Principal
    ) -> schemas.CreateItem201 | Replayed:
        """Create an item that belongs to the caller; once per idempotency key.

        Raises:
            Conflict: The first request with this key is still running.
            ValidationFailed: The key was used with another body.
        """

        async def create(work: UnitOfWork) -> schemas.CreateItem201:
            item = await work.items.add(
                Item(
                    owner_id=principal.user_id,
                    name=body.name,
                    description=body.description,
                    status=body.status.value,
                    quantity=body.quantity,
                )
            )
            shown = to_item(item)
            # part webhooks
            if has_webhooks(item):
                event = schemas.ItemCreatedEvent(
                    type="item.created", timestamp=datetime.now(UTC), data=shown
                )
                await publish(work, event, owner_id=principal.user_id)
            # end part
            return schemas.CreateItem201(
                body=shown, location=f"/items/{item.id}", etag=etag(item.version)
            )

        return await self._idempotency.run(
            create,
            operation=schemas.operations.CREATE_ITEM,
            principal=principal,
            key=idempotency_key,
            body=body,
        )

    async def get_item(
        self, item_id: UUID, *, if_none_match: str | None, principal: Principal
    ) -> schemas.GetItem200 | schemas.GetItem304:
        """Return one of the caller's items, or nothing new when the caller has this version.

        Raises:
            NotFound: There is no such item, or another user owns it.
        """

        async def load() -> CachedItem | None:
            async with self._database.read() as work:
                item = await work.items.find(item_id)
            if item is None:
                return None
            return CachedItem(owner_id=item.owner_id, etag=etag(item.version), item=to_item(item))

        cached = await self._cache.read(cache_key(item_id), CachedItem, load)
        if cached is None or cached.owner_id != principal.user_id:
            raise NotFound("There is no item with this id.")
        if is_unchanged(if_none_match, cached.etag):
            return schemas.GetItem304(etag=cached.etag)
        return schemas.GetItem200(body=cached.item, etag=cached.etag)

    @retried
    async def update_item(
        self, item_id: UUID, body: schemas.ItemUpdate, *, if_match: str | None, principal: Principal
    ) -> schemas.UpdateItem200:
        """Change the fields that were sent.

        Raises:
            NotFound: There is no such item, or another user owns it.
            PreconditionFailed: The item has changed since the caller read it.
        """
        async with self._cache.changing(cache_key(item_id)), self._database.write() as work:
            item = await work.items.require(work.items.owned_by(principal.user_id), item_id)
            require_match(if_match, etag(item.version))
            if body.name is not MISSING:
                item.name = body.name
            if body.description is not MISSING:
                item.description = body.description
            if body.status is not MISSING:
                item.status = body.status.value
            if body.quantity is not MISSING:
                item.quantity = body.quantity
            await work.flush()
        return schemas.UpdateItem200(body=to_item(item), etag=etag(item.version))

    @retried
    async def delete_item(
        self, item_id: UUID, *, if_match: str | None, principal: Principal
    ) -> None:
        """Delete one of the caller's items for good.

        Raises:
            NotFound: There is no such item, or another user owns it.
            PreconditionFailed: The item has changed since the caller read it.
        """
        async with self._cache.changing(cache_key(item_id)), self._database.write() as work:
            item = await work.items.require(work.items.owned_by(principal.user_id), item_id)
            require_match(if_match, etag(item.version))
            await work.items.delete(item)


def cache_key(item_id: UUID) -> str:
    """Return the name under which the cache keeps an item."""
    return f"item:{item_id}"


def to_item(item: Item) -> schemas.Item:
    """Return the representation of a row for clients."""
    return schemas.Item(
        id=item.id,
        name=item.name,
        description=item.description,
        status=schemas.ItemStatus(item.status),
        quantity=item.quantity,
        created_at=item.created_at,
        updated_at=item.updated_at,
    )
