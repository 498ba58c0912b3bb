"""One behaviour on PostgreSQL and SQLite, where the two differ by themselves."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError

from app.db.unit_of_work import Database
from tests.users import new_user


async def test_a_moment_comes_back_as_it_was(database: Database) -> None:
    moment = datetime(2026, 3, 29, 12, 0, 0, 123456, timezone(timedelta(hours=2)))
    user = new_user()
    user.created_at = moment
    async with database.write() as work:
        user = await work.users.add(user)

    async with database.read() as work:
        read = await work.users.get(work.users.self_of(user.id), user.id)

    assert read is not None
    assert read.created_at == moment
    assert read.created_at.tzinfo is UTC or read.created_at.utcoffset() == timedelta(0)


async def test_a_moment_without_its_zone_is_refused(database: Database) -> None:
    user = new_user()
    user.created_at = datetime(2026, 3, 29, 12, 0)  # noqa: DTZ001 - what the test is about

    with pytest.raises(StatementError, match="naive datetime"):
        async with database.write() as work:
            await work.users.add(user)


async def test_the_clock_is_the_databases_and_all_of_a_row_agrees(database: Database) -> None:
    async with database.write() as work:
        user = await work.users.add(new_user())

    assert abs(datetime.now(UTC) - user.created_at) < timedelta(seconds=5)
    assert user.updated_at == user.created_at
    assert user.version == 1
