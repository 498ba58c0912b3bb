"""Fixtures for tests below HTTP."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from app.core.config import Settings
from app.db.engine import make_engine
from app.db.unit_of_work import Database
from tests.users import new_user


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
    user = new_user()
    async with database.write() as work:
        user = await work.users.add(user)
    return user.id
