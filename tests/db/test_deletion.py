"""Each statement of a deletion deletes few rows, and finds them by an index."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ColumnElement, Table, func, select

from app.db import deletion
from app.db.base import Base
from app.db.deletion import delete_piece
from app.db.models.exports import Export, ExportChunk
from app.db.models.files import File, FileChunk
from app.db.models.items import Item
from app.db.models.refresh_tokens import RefreshToken
from app.db.models.sessions import Session
from app.db.models.users import User
from app.db.models.webhooks import Webhook, WebhookDelivery
from app.db.unit_of_work import Database
from tests.users import new_user
from tests.webhooks import new_delivery, new_webhook

TABLES = Base.metadata.sorted_tables
CASCADES = [
    (table, foreign_key.parent.name)
    for table in TABLES
    for column in table.columns
    for foreign_key in column.foreign_keys
    if foreign_key.ondelete == "CASCADE"
]


def leading_columns(table: Table) -> set[str]:
    """Return the columns that an index of the table begins with."""
    indexes = [index.columns for index in table.indexes]
    return {next(iter(columns)).name for columns in (table.primary_key.columns, *indexes)}


@pytest.mark.parametrize(("table", "column"), CASCADES, ids=str)
def test_the_rows_that_a_deletion_reaches_are_found_by_an_index(table: Table, column: str) -> None:
    assert column in leading_columns(table)


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_table_that_others_cascade_from_has_one_key(table: Table) -> None:
    """What `delete_piece` relies on."""
    if any(key.column.table is table for other in TABLES for key in other.foreign_keys):
        assert len(table.primary_key.columns) == 1


def session_of(owner_id: UUID) -> Session:
    now = datetime.now(UTC)
    return Session(
        user_id=owner_id,
        scope=None,
        user_agent=None,
        address=None,
        last_used_at=now,
        idle_until=now + timedelta(days=1),
        expires_at=now + timedelta(days=1),
    )


async def fill(database: Database, owner_id: UUID) -> None:
    """Give a user something in every table, such as three sessions with three tokens each."""
    async with database.write() as work:
        # part example
        for n in range(5):
            await work.items.add(
                Item(owner_id=owner_id, name=f"{n}", description=None, status="draft", quantity=0)
            )
        # end part
        for _ in range(3):
            session = await work.sessions.add(session_of(owner_id))
            # part exports
            added = await work.exports.add(Export(owner_id=owner_id, format="csv"))
            export = await work.session.get_one(Export, added.id)
            # end part
            # part files
            file = await work.files.add(File(owner_id=owner_id, media_type="image/png"))
            for number in range(3):
                await work.files.add_chunk(file.id, number, b"png")
            # end part
            webhook = await work.webhooks.add(new_webhook(owner_id))  # part webhooks
            for _ in range(3):
                await work.webhook_deliveries.add(new_delivery(webhook.id))  # part webhooks
                await work.refresh_tokens.add(uuid4().hex, session.id)
                await work.exports.add_chunk(export, b"id")  # part exports


async def count_owned(database: Database, owner_id: UUID) -> dict[str, int]:
    """Return how many rows of a user each table has, the account included."""
    sessions = select(Session.id).where(Session.user_id == owner_id)
    exports = select(Export.id).where(Export.owner_id == owner_id)  # part exports
    files = select(File.id).where(File.owner_id == owner_id)  # part files
    webhooks = select(Webhook.id).where(Webhook.owner_id == owner_id)  # part webhooks
    conditions: dict[type[Base], ColumnElement[bool]] = {
        Item: Item.owner_id == owner_id,  # part example
        Session: Session.user_id == owner_id,
        RefreshToken: RefreshToken.session_id.in_(sessions),
        Export: Export.owner_id == owner_id,  # part exports
        ExportChunk: ExportChunk.export_id.in_(exports),  # part exports
        File: File.owner_id == owner_id,  # part files
        FileChunk: FileChunk.file_id.in_(files),  # part files
        Webhook: Webhook.owner_id == owner_id,  # part webhooks
        WebhookDelivery: WebhookDelivery.webhook_id.in_(webhooks),  # part webhooks
        User: User.id == owner_id,
    }
    async with database.read() as work:
        return {
            model.__tablename__: await work.session.scalar(
                select(func.count()).select_from(model).where(condition)
            )
            or 0
            for model, condition in conditions.items()
        }


async def delete_user(database: Database, owner_id: UUID) -> list[dict[str, int]]:
    """Delete a user piece by piece; return what was left after each of them."""
    left = [await count_owned(database, owner_id)]
    deleted = 1
    while deleted:
        async with database.write() as work:
            session = work.session
            deleted = await delete_piece(session, User, User.id == owner_id)
        left.append(await count_owned(database, owner_id))
    return left


async def test_no_transaction_deletes_more_rows_than_a_piece_has(
    database: Database, owner_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "ROWS", 2)
    monkeypatch.setattr(deletion, "FILES", 1)
    monkeypatch.setattr(deletion, "PARENTS", 2)
    await fill(database, owner_id)

    left = await delete_user(database, owner_id)

    totals = [sum(counts.values()) for counts in left]
    assert totals[0] >= 3 + 9 + 1
    assert totals[-1] == 0
    assert max(before - after for before, after in pairwise(totals)) == 2


async def test_a_row_goes_when_nothing_is_left_that_it_would_take_along(
    database: Database, owner_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So no foreign key cascades to rows without number."""
    monkeypatch.setattr(deletion, "ROWS", 2)
    await fill(database, owner_id)

    left = await delete_user(database, owner_id)

    last = left[-3]
    assert last == {**dict.fromkeys(last, 0), "users": 1}


async def test_the_rows_of_others_stay(database: Database, owner_id: UUID) -> None:
    async with database.write() as work:
        other = await work.users.add(new_user())
    await fill(database, owner_id)
    await fill(database, other.id)
    before = await count_owned(database, other.id)

    await delete_user(database, owner_id)

    assert await count_owned(database, other.id) == before


async def test_an_account_that_was_not_deleted_is_left_alone(
    database: Database, owner_id: UUID
) -> None:
    await fill(database, owner_id)
    before = await count_owned(database, owner_id)

    async with database.write() as work:
        await work.users.delete_deleted()

    assert await count_owned(database, owner_id) == before
