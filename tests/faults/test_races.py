"""Transactions that PostgreSQL breaks off because of each other are run again."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import make_url

from app.core.config import Settings
from app.core.exceptions import LostRace
from app.db.engine import make_engine
from app.db.models import Item
from app.db.unit_of_work import Database, retried
from tests import figures
from tests.db.conftest import add_user
from tests.faults.conftest import needs_postgresql

pytestmark = [pytest.mark.fault, needs_postgresql]


@pytest.fixture
async def database(own_settings: Settings) -> AsyncIterator[Database]:
    """Give a database of this module's own."""
    engine = make_engine(own_settings)
    yield Database(engine)
    await engine.dispose()


@pytest.fixture
def repeatable_read(own_url: str) -> None:
    """Make connections from now on use REPEATABLE READ, as an administrator may."""
    url = make_url(own_url)
    with psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as connection:
        connection.execute(
            f'ALTER DATABASE "{url.database}"'
            " SET default_transaction_isolation = 'repeatable read'".encode()
        )


class Counters:
    """Two items, and a use case that adds one to both, in the wanted order."""

    def __init__(self, database: Database, owner_id: UUID, ids: list[UUID]) -> None:
        self._database = database
        self._owner_id = owner_id
        self.ids = ids
        self._meeting = asyncio.Barrier(2)
        self.reasons: list[str] = []

    @retried
    async def add_one(self, *order: UUID) -> None:
        """Add one to each; at first, meet the other caller before the last one."""
        try:
            async with self._database.write() as work:
                for place, item_id in enumerate(order):
                    visible = work.items.owned_by(self._owner_id)
                    item = await work.items.get(visible, item_id)
                    assert item is not None
                    if place == len(order) - 1 and not self.reasons:
                        await self._meeting.wait()
                    item.quantity += 1
                    await work.flush()
        except LostRace as error:
            cause = getattr(error.__cause__, "orig", None)
            self.reasons.append(getattr(cause, "sqlstate", "stale version"))
            raise

    async def read(self) -> list[int]:
        """Return what was counted."""
        async with self._database.read() as work:
            visible = work.items.owned_by(self._owner_id)
            items = [await work.items.get(visible, item_id) for item_id in self.ids]
        return [item.quantity for item in items if item is not None]


@pytest.fixture
async def counters(database: Database) -> Counters:
    """Create two items with a quantity of zero."""
    owner_id = await add_user(database)
    async with database.write() as work:
        items = [
            await work.items.add(
                Item(owner_id=owner_id, name="n", description=None, status="draft", quantity=0)
            )
            for _ in range(2)
        ]
    return Counters(database, owner_id, [item.id for item in items])


async def test_a_deadlock_is_broken_and_both_get_their_turn(counters: Counters) -> None:
    first, second = counters.ids

    await asyncio.gather(counters.add_one(first, second), counters.add_one(second, first))

    assert counters.reasons[0] == "40P01"
    assert await counters.read() == [2, 2]
    figures.record("races on PostgreSQL", "1 deadlock (40P01) broken and retried, 0 lost")


async def test_a_serialization_failure_is_run_again(
    repeatable_read: None, counters: Counters
) -> None:
    first, _ = counters.ids

    await asyncio.gather(counters.add_one(first), counters.add_one(first))

    assert counters.reasons[0] == "40001"
    assert await counters.read() == [2, 0]
    figures.record("races on PostgreSQL", "1 serialization failure (40001) retried, 0 lost")
