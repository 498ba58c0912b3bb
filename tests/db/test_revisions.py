"""Whether a process is ready for the database that it finds."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from app.core.config import Settings
from app.core.exceptions import ServiceUnavailable
from app.db.engine import make_engine
from app.db.unit_of_work import Database
from tests import backends
from tests.apps import changed


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a database without tables."""
    with backends.empty(backends.kind_of(settings), tmp_path) as url:
        yield changed(settings, database_url=SecretStr(url))


def ping(settings: Settings, *statements: str) -> None:
    async def run() -> None:
        engine = make_engine(settings)
        try:
            async with engine.begin() as connection:
                for statement in statements:
                    await connection.execute(text(statement))
            await Database(engine).ping()
        finally:
            await engine.dispose()

    asyncio.run(run())


def test_an_empty_database_is_not_up_to_date(empty: Settings) -> None:
    with pytest.raises(ServiceUnavailable, match="not up to date"):
        ping(empty)


def test_a_database_without_the_latest_migration_is_not_up_to_date(empty: Settings) -> None:
    backends.migrate(empty, "+1")

    with pytest.raises(ServiceUnavailable, match="run `make migrate`"):
        ping(empty)


def test_a_database_with_all_migrations_is_up_to_date(empty: Settings) -> None:
    backends.migrate(empty)

    ping(empty)


def test_a_database_of_a_newer_release_is_up_to_date(empty: Settings) -> None:
    backends.migrate(empty)

    ping(empty, "UPDATE alembic_version SET version_num = 'of-tomorrow'")
