"""Keys of idempotent requests, as time or another process changes them."""

from fastapi import FastAPI
from sqlalchemy import update

from app.db.base import DatabaseNow
from app.db.models.idempotency_keys import IdempotencyKey


async def age(app: FastAPI, key: str, **columns: int) -> None:
    """Move moments of a key's row into the past or future, in seconds from now."""
    changes = {column: DatabaseNow(seconds) for column, seconds in columns.items()}
    async with app.state.resources.database.write() as work:
        await work.session.execute(
            update(IdempotencyKey).where(IdempotencyKey.key == key).values(**changes)
        )
