"""The representation of an item for clients, and its key in the cache."""

from uuid import UUID

from app.db.models.items import Item
from app.schemas import v1


def to_item(item: Item) -> v1.Item:
    """Return the representation of a row for clients."""
    return v1.Item(
        id=item.id,
        name=item.name,
        description=item.description,
        status=v1.ItemStatus(item.status),
        quantity=item.quantity,
        created_at=item.created_at,
        updated_at=item.updated_at,
    )


def cache_key(item_id: UUID, reader_id: UUID) -> str:
    """Return the name under which the cache keeps an item for a user."""
    return f"item:{reader_id}:{item_id}"
