"""Fixtures for tests below HTTP."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from app.core.config import Settings
from app.db.engine import make_engine
from app.db.models import User
from app.db.unit_of_work import Database


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """Give the database, with a pool of its own."""
    engine = make_engine(settings)
    yield Database(engine)
    await engine.dispose()


@pytest.fixture
async def owner_id(database: Database) -> UUID:
    """Give a user of the test's own."""
    return await add_user(database)


async def add_user(database: Database) -> UUID:
    """Add a user and return its id."""
    user = User(
        email=f"{uuid4().hex}@example.com", password_hash="-", role="user", display_name=None
    )
    async with database.write() as work:
        await work.users.add(user)
    return user.id
