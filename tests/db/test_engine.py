"""The connections of PostgreSQL."""

import pytest
from sqlalchemy import text

from app.core.config import Settings
from app.db.engine import make_engine
from app.db.unit_of_work import Database

PID = text("SELECT pg_backend_pid()")
END = text("SELECT pg_terminate_backend(:pid, 10000)")


@pytest.fixture
def on_postgresql(settings: Settings) -> None:
    """Skip a test on SQLite, which has no server."""
    if settings.sqlite_file is not None:
        pytest.skip("SQLite has no server that closes connections")


async def pid(database: Database) -> int:
    """Return the server's process of the connection that a read gets."""
    async with database.read() as work:
        return int(await work.session.scalar(PID))


@pytest.mark.usefixtures("on_postgresql")
async def test_a_connection_that_the_server_has_closed_is_replaced(
    database: Database, settings: Settings
) -> None:
    first = await pid(database)
    other = make_engine(settings)
    async with Database(other).write() as work:
        assert await work.session.scalar(END, {"pid": first})
    await other.dispose()

    assert await pid(database) != first


@pytest.mark.usefixtures("on_postgresql")
async def test_an_open_connection_is_used_again(database: Database) -> None:
    assert await pid(database) == await pid(database)


@pytest.mark.usefixtures("on_postgresql")
async def test_a_read_begins_no_transaction_and_a_write_does(database: Database) -> None:
    # The time of a statement is that of its transaction, if there is one.
    both = text("SELECT now() = :before")

    async def has_transaction(work_of: str) -> bool:
        async with getattr(database, work_of)() as work:
            before = await work.session.scalar(text("SELECT now()"))
            return bool(await work.session.scalar(both, {"before": before}))

    assert (await has_transaction("read"), await has_transaction("write")) == (False, True)
