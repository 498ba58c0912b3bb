"""Items in the database: their order, and the rules that their table keeps."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError

from app.core.exceptions import Conflict
from app.db.engine import make_engine
from app.db.models.items import Item
from app.db.unit_of_work import Database
from tests import backends
from tests.apps import make_settings
from tests.db.conftest import add_user

NAMES = ["ash", "Box", "Éclair", "Zoo", "_low", "a b", "ab", "é", "\U0001f600", "~", "10", "9", "É"]


@pytest.fixture(params=backends.DATABASES)
def foreign_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a database whose server sorts as people in a country do, as most servers do."""
    english = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
    is_sqlite = request.param == "sqlite"
    with backends.empty("sqlite", tmp_path) if is_sqlite else backends.postgresql(english) as url:
        yield url


def make_item(owner_id: UUID, **changes: object) -> Item:
    fields: dict[str, Any] = {
        "name": "Oak",
        "description": None,
        "status": "draft",
        "quantity": 0,
    }
    return Item(owner_id=owner_id, **fields | changes)


@pytest.fixture
async def foreign_database(foreign_url: str) -> AsyncIterator[Database]:
    """Give that database, migrated."""
    settings = make_settings(database_url=SecretStr(foreign_url))
    await asyncio.to_thread(backends.migrate, settings)
    engine = make_engine(settings)
    yield Database(engine)
    await engine.dispose()


async def test_names_are_sorted_alike_whatever_the_servers_country(
    foreign_database: Database,
) -> None:
    owner_id = await add_user(foreign_database)
    async with foreign_database.write() as work:
        for name in NAMES:
            await work.items.add(make_item(owner_id, name=name))

    found: list[str] = []
    position: list[str] | None = []
    while position is not None:
        async with foreign_database.read() as work:
            page = await work.items.list_page(
                work.items.owned_by(owner_id),
                sort=work.items.sort_keys(["name.asc"]),
                start=position or None,
                limit=2,
            )
        found += [row.name for row in page.rows]
        position = page.next_position

    assert found == sorted(NAMES)


@pytest.mark.parametrize(
    ("field", "value"),
    [("status", "lost"), ("quantity", -1), ("quantity", 1_000_001), ("name", None)],
)
async def test_a_rule_of_the_data_is_kept_and_is_no_conflict_of_the_caller(
    database: Database, owner_id: UUID, field: str, value: object
) -> None:
    with pytest.raises(IntegrityError, match=field):
        async with database.write() as work:
            await work.items.add(make_item(owner_id, **{field: value}))


async def test_an_item_needs_an_owner(database: Database) -> None:
    with pytest.raises(Conflict, match="refers to a missing one"):
        async with database.write() as work:
            await work.items.add(make_item(uuid4()))
