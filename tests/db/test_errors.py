"""What the errors of databases mean: the same on both, whatever data they quote."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core.exceptions import Conflict
from app.db.unit_of_work import Database
from tests.users import new_user


async def test_a_broken_check_is_no_conflict_whatever_the_row_holds(database: Database) -> None:
    """PostgreSQL quotes the row, and a row may hold the words of another error."""
    user = new_user(name="FOREIGN KEY")
    user.role = "nobody"  # type: ignore[assignment]

    async def write() -> None:
        async with database.write() as work:
            await work.users.add(user)

    with pytest.raises(IntegrityError):
        await write()


async def test_what_is_referred_to_and_not_there_is_a_conflict(database: Database) -> None:
    async def write() -> None:
        async with database.write() as work:
            await work.refresh_tokens.add("digest", UUID(int=0))

    with pytest.raises(Conflict, match="refers to a missing one"):
        await write()


async def test_a_statement_that_is_wrong_is_no_outage(database: Database) -> None:
    """SQLite's driver raises the same class for both."""

    async def read() -> None:
        async with database.read() as work:
            await work.session.execute(text("SELECT no_such_function()"))

    with pytest.raises(DBAPIError):
        await read()
