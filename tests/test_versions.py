"""A row that changes gets another version, however it is changed: the version is its ETag.

The statements of all tests are checked after each module (see conftest.py).
"""

import ast
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import Update, update
from sqlalchemy.dialects import sqlite

from app.db.base import Entity
from app.db.models.users import User
from app.db.unit_of_work import Database
from tests import updates_seen
from tests.clients import Caller
from tests.structure.files import modules, read
from tests.users import new_user

MODELS = updates_seen.versioned_tables()


@pytest.fixture
def database(app: FastAPI) -> Database:
    """Give the database of the application."""
    database: Database = app.state.resources.database
    return database


async def add_user(database: Database) -> User:
    async with database.write() as work:
        return await work.users.add(new_user())


async def version_of(database: Database, user_id: UUID) -> int:
    async with database.read() as work:
        return (await work.session.get_one(User, user_id)).version


async def test_the_updates_of_a_request_are_seen(ada: Caller) -> None:
    updates_seen.statements.clear()

    await ada.patch("/users/me", {"display_name": "Countess"})

    [sql] = [sql for sql in updates_seen.statements if updates_seen.table_of(sql) == "users"]
    assert "display_name" in sql


@pytest.mark.parametrize(
    ("sql", "leaves"),
    [
        ("UPDATE users SET email=? WHERE users.id = ?", True),
        ("UPDATE users SET email=?, version=users.version WHERE users.id = ?", True),
        ("INSERT INTO users (id) VALUES (?) ON CONFLICT DO UPDATE SET email=?", True),
        ("UPDATE users SET email=?, version=(users.version + 1)", False),
        ("UPDATE users SET email=?, version=? WHERE users.version = ?", False),
        ("UPDATE tasks SET attempt=?", False),
    ],
)
def test_an_update_that_leaves_the_version_would_be_found(sql: str, *, leaves: bool) -> None:
    assert updates_seen.leaves_version(sql) == leaves


def test_no_text_of_the_application_updates_rows_and_leaves_their_version() -> None:
    texts = [
        (path, node.value)
        for path in modules("app")
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]

    assert [path for path, text in texts if updates_seen.leaves_version(text)] == []


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("kind", ["of the class", "of the table"])
def test_a_bulk_update_counts_the_version_up(model: type[Entity], kind: str) -> None:
    target = model if kind == "of the class" else model.__table__
    statement = update(target).values(created_at=None)  # type: ignore[arg-type]

    assert not updates_seen.leaves_version(str(statement.compile(dialect=sqlite.dialect())))


def renaming(user_id: UUID) -> Update:
    return update(User).where(User.id == user_id).values(display_name="Countess")


async def test_a_bulk_update_changes_the_version_in_the_database(database: Database) -> None:
    user = await add_user(database)

    async with database.write() as work:
        await work.session.execute(renaming(user.id))

    assert await version_of(database, user.id) == user.version + 1


@pytest.mark.parametrize("returning", [False, True])
async def test_a_row_that_is_loaded_can_be_changed_after_a_bulk_update(
    database: Database, *, returning: bool
) -> None:
    user_id = (await add_user(database)).id
    statement = renaming(user_id).returning(User.id) if returning else renaming(user_id)

    async with database.write() as work:
        user = await work.users.lock(user_id)
        assert user is not None
        await work.session.execute(statement)
        user.role = "admin"
        await work.flush()

    assert user.version == await version_of(database, user_id) == 3
