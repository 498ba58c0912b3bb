"""Migrations keep the data: up, down and up again with rows in the tables."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import func, inspect, select

from app.api.versions import VERSIONS
from app.core.config import Settings
from app.core.crypto.opaque import digest
from app.db.base import Base
from app.db.engine import make_engine
from app.db.models.api_keys import ApiKey
from app.db.models.exports import Export
from app.db.models.files import File
from app.db.models.items import Item
from app.db.models.sessions import Session
from app.db.repositories.idempotency_keys import KeyName
from app.db.unit_of_work import Database
from app.main import create_app
from app.services.accounts.administration import DeleteAccounts
from app.services.support.outbox import enqueue
from tests import backends
from tests.apps import changed, make_settings, started
from tests.conftest import ROOT
from tests.db.conftest import add_user
from tests.examples import body_of
from tests.users import signed_in
from tests.webhooks import new_delivery, new_webhook

SCRIPTS = ScriptDirectory(str(ROOT / "app/db/migrations"))
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
Counts = dict[str, int]


@pytest.fixture(params=backends.DATABASES, scope="module")
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of a database at the newest migration, with rows in every table."""
    with backends.migrated(request.param, tmp_path_factory.mktemp("filled")) as url:
        settings = make_settings(database_url=SecretStr(url), bcrypt_rounds=4)
        asyncio.run(fill(settings))
        empty = [name for name, count in rows_of(settings).items() if not count]
        assert empty == [], "Fix: add a row of each to `fill` in this file"
        yield settings


@pytest.fixture
def moved(filled: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a copy of that database, which a test may move to other revisions."""
    with backends.copied(filled, tmp_path) as url:
        yield changed(filled, database_url=SecretStr(url))


async def fill(settings: Settings) -> None:
    engine = make_engine(settings)
    owners = [await add_user(Database(engine)) for _ in range(3)]
    for owner in owners:
        await add_key(Database(engine), owner)
        await add_api_key(Database(engine), owner)  # part api_keys
        await add_session(Database(engine), owner)
        await add_item(Database(engine), owner)  # part example
        await add_export(Database(engine), owner)  # part exports
        await add_file(Database(engine), owner)  # part files
        await add_delivery(Database(engine), owner)  # part webhooks
    await add_tasks(Database(engine))
    await engine.dispose()
    await create_the_rest(settings)


async def create_the_rest(settings: Settings) -> None:
    """Create over HTTP, as the contract shows it, what belongs in tables that are still empty."""
    empty = {name for name, count in (await count_rows(settings)).items() if not count}
    makers = [
        (version, operation)
        for version in VERSIONS
        for operation in version.operations.values()
        if operation.method == "POST" and operation.tag in empty and "{" not in operation.path
    ]
    if makers:
        app = create_app(settings)
        async with started(app) as client:
            admin = await signed_in(app, client, "Root", "admin")
            for version, operation in makers:
                path = f"http://test{version.prefix}{operation.path}"
                await admin.post(path, await body_of(version, operation, admin))


async def add_key(database: Database, owner: UUID) -> None:
    name = KeyName(principal_id=owner, operation="createItem", key="k")
    async with database.write() as work:
        await work.idempotency_keys.claim(name, "f", lease_seconds=60, life_seconds=60)


# part example
async def add_item(database: Database, owner: UUID) -> None:
    item = Item(owner_id=owner, name="Oak", description=None, status="draft", quantity=0)
    async with database.write() as work:
        await work.items.add(item)


# end part


# part exports
async def add_export(database: Database, owner: UUID) -> None:
    async with database.write() as work:
        added = await work.exports.add(Export(owner_id=owner, format="csv"))
        export = await work.session.get_one(Export, added.id)
        await work.exports.add_chunk(export, b"id,name")


# end part


# part files
async def add_file(database: Database, owner: UUID) -> None:
    async with database.write() as work:
        file = await work.files.add(File(owner_id=owner, media_type="image/png"))
        await work.files.add_chunk(file.id, 0, b"png")
        await work.files.note_scan(f"msg_{owner}")


# end part


# part webhooks
async def add_delivery(database: Database, owner: UUID) -> None:
    async with database.write() as work:
        webhook = await work.webhooks.add(new_webhook(owner))
        await work.webhook_deliveries.add(new_delivery(webhook.id))


# end part


async def add_tasks(database: Database) -> None:
    """Add a task, a dead task and a schedule."""
    async with database.write() as work:
        payload = DeleteAccounts()
        for _ in range(2):
            await enqueue(work, payload)
        [task] = await work.tasks.claim([payload.task], lease_seconds=60, limit=1)
        await work.tasks.move_to_dead(task, "ValueError: no")
        await work.schedules.take("delete_accounts", datetime.now(UTC))


# part api_keys
async def add_api_key(database: Database, owner: UUID) -> None:
    key = ApiKey(
        owner_id=owner,
        name="k",
        prefix="k",
        key_hash=uuid4().hex,
        scopes="profile:read",
        expires_at=datetime.now(UTC),
    )
    async with database.write() as work:
        await work.api_keys.add(key)


# end part


async def add_session(database: Database, owner: UUID) -> None:
    now = datetime.now(UTC)
    async with database.write() as work:
        session = await work.sessions.add(
            Session(
                user_id=owner,
                scope=None,
                user_agent="tests",
                address="127.0.0.1",
                last_used_at=now,
                idle_until=now + timedelta(days=1),
                expires_at=now + timedelta(days=1),
            )
        )
        await work.refresh_tokens.add(digest(token_urlsafe()), session.id)
        await work.account_tokens.put(
            digest(token_urlsafe()), owner, "verify-email", task_id=uuid4(), life_seconds=60
        )


def rows_of(settings: Settings) -> Counts:
    """Count the rows of each table that is there."""
    return asyncio.run(count_rows(settings))


async def count_rows(settings: Settings) -> Counts:
    engine = make_engine(settings)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        counts = {
            table.name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name in names
        }
    await engine.dispose()
    return counts


def downgrade(settings: Settings, revision: str) -> None:
    command.downgrade(Config(ROOT / "alembic.ini", attributes={"settings": settings}), revision)


def test_all_the_way_down_and_up_again(moved: Settings) -> None:
    downgrade(moved, "base")
    assert rows_of(moved) == {}

    backends.migrate(moved)
    assert rows_of(moved) == dict.fromkeys((t.name for t in Base.metadata.sorted_tables), 0)

    asyncio.run(fill(moved))
    assert 0 not in rows_of(moved).values()


@pytest.mark.parametrize("step", range(1, len(REVISIONS)), ids=lambda n: REVISIONS[n])
def test_a_step_back_and_forth_keeps_the_rows_of_all_tables_that_stay(
    moved: Settings, step: int
) -> None:
    before = rows_of(moved)
    downgrade(moved, REVISIONS[step - 1])
    below = rows_of(moved)

    backends.migrate(moved)

    after = rows_of(moved)
    assert below == {name: before[name] for name in below}
    assert after == {name: below.get(name, 0) for name in before}
