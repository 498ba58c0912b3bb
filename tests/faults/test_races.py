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
from app.db.unit_of_work import Database, retried
from tests import figures
from tests.faults.conftest import needs_postgresql
from tests.users import new_user

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
    """Two users whose names are numbers, and a use case that adds one to both, in an order."""

    def __init__(self, database: Database, ids: list[UUID]) -> None:
        self._database = database
        self.ids = ids
        self._meeting = asyncio.Barrier(2)
        self.reasons: list[str] = []

    @retried
    async def add_one(self, *order: UUID) -> None:
        """Add one to each; at first, meet the other caller before the last one."""
        try:
            async with self._database.write() as work:
                for place, user_id in enumerate(order):
                    user = await work.users.require(work.users.self_of(user_id), user_id)
                    if place == len(order) - 1 and not self.reasons:
                        await self._meeting.wait()
                    user.display_name = str(int(user.display_name or 0) + 1)
                    await work.flush()
        except LostRace as error:
            cause = getattr(error.__cause__, "orig", None)
            self.reasons.append(getattr(cause, "sqlstate", "stale version"))
            raise

    async def read(self) -> list[int]:
        """Return what was counted."""
        async with self._database.read() as work:
            users = [await work.users.require(work.users.self_of(it), it) for it in self.ids]
        return [int(user.display_name or 0) for user in users]


@pytest.fixture
async def counters(database: Database) -> Counters:
    """Create two users who count from zero."""
    async with database.write() as work:
        users = [await work.users.add(new_user()) for _ in range(2)]
    return Counters(database, [user.id for user in users])


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
