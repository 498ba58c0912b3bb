"""Made-up data: `make seed`."""

import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from app.core.config import Settings
from app.db.models.items import Item
from app.db.models.users import User
from app.db.unit_of_work import Database
from app.main import create_app
from app.manage import seed
from app.manage.__main__ import main
from tests import backends
from tests.apps import changed, running
from tests.clients import get_token

COUNT = 300


@pytest.fixture(scope="module")
def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Give a database of its own, as the sample users have fixed addresses."""
    kind = backends.kind_of(settings)
    with backends.migrated(kind, tmp_path_factory.mktemp("seed")) as url:
        yield changed(settings, database_url=SecretStr(url))


@pytest.fixture(scope="module")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """Give an application on this database."""
    async with running(create_app(settings)) as application:
        yield application


@pytest.fixture
def database(app: FastAPI) -> Database:
    """Give the database of the application."""
    opened: Database = app.state.resources.database
    return opened


async def items_of(database: Database, owners: list[UUID]) -> list[Item]:
    async with database.read() as work:
        found = await work.session.scalars(
            select(Item).where(Item.owner_id.in_(owners)).order_by(Item.id)
        )
        return list(found)


async def test_items_are_spread_over_users_states_and_a_year(
    database: Database, settings: Settings
) -> None:
    owners = await seed.seed(settings, items=COUNT, users=3)

    items = await items_of(database, owners)
    now = datetime.now(UTC)
    assert len(items) == COUNT
    assert len(set(owners)) == 3
    assert {item.owner_id for item in items} == set(owners)
    assert Counter(item.status for item in items).keys() == {"draft", "active", "archived"}
    assert all(item.created_at <= item.updated_at <= now for item in items)
    assert items[0].created_at < now - timedelta(days=360)
    assert items[-1].created_at > now - timedelta(days=5)
    assert [item.created_at for item in items] == sorted(item.created_at for item in items)


async def test_users_are_created_once_and_can_sign_in(
    database: Database, settings: Settings, client: httpx2.AsyncClient
) -> None:
    first = await seed.seed(settings, items=0, users=len(seed.PEOPLE) + 1)
    again = await seed.seed(settings, items=1, users=len(seed.PEOPLE) + 1)

    assert sorted(first) == sorted(again)
    async with database.read() as work:
        names = await work.session.scalars(select(User.display_name).where(User.id.in_(first)))
        assert set(names) == {*seed.PEOPLE, f"{seed.PEOPLE[0]}1"}
    assert await get_token(client, "ada@example.com", password=seed.PASSWORD)


def test_production_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("PUBLIC_URL", "https://api.example.com")
    monkeypatch.setenv("MAIL_FROM", "api@example.com")
    monkeypatch.setenv("SIGNING_KEYS_FILE", "/run/secrets/signing_keys")
    monkeypatch.setenv("SMTP_HOST", "mail.example.com")
    monkeypatch.setenv("SECRET_KEY", "a-secret-of-more-than-32-characters-for-this")
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    monkeypatch.setattr(sys, "argv", ["app.manage", "seed"])

    with pytest.raises(SystemExit, match="ENVIRONMENT: production refuses sample data"):
        main()
