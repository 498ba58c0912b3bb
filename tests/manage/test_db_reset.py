"""`python -m app.manage db-reset`: an empty database with the newest migrations."""

import argparse
import asyncio
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, inspect, select, text

from app.core.config import Settings, WrongSettings
from app.db.engine import make_engine
from app.db.models.users import User
from app.manage import db_reset
from app.manage.__main__ import main
from tests import backends
from tests.apps import make_settings
from tests.conftest import ROOT

OTHER_BRANCH = (
    'CREATE TABLE "Left over" (id INTEGER PRIMARY KEY, user_id {uuid} REFERENCES users (id))',
    "CREATE VIEW seen AS SELECT id FROM users",
    "UPDATE alembic_version SET version_num = 'elsewhere'",
)
ONLY_POSTGRESQL = ("CREATE TYPE mood AS ENUM ('good')",)


@pytest.fixture(params=backends.DATABASES)
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """Settings of a database that another branch of the code has used."""
    with backends.migrated(request.param, tmp_path) as url:
        monkeypatch.chdir(ROOT)
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("BCRYPT_ROUNDS", "4")
        settings = make_settings(database_url=SecretStr(url))
        is_sqlite = request.param == "sqlite"
        statements = OTHER_BRANCH + (() if is_sqlite else ONLY_POSTGRESQL)
        kind = "CHAR(32)" if is_sqlite else "UUID"
        asyncio.run(execute(settings, *(one.format(uuid=kind) for one in statements)))
        yield settings


async def execute(settings: Settings, *statements: str) -> None:
    engine = make_engine(settings)
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def tables_and_users(settings: Settings) -> tuple[set[str], int]:
    engine = make_engine(settings)
    async with engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
        users = await connection.scalar(select(func.count()).select_from(User))
    await engine.dispose()
    return tables, users or 0


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, answer: str = "") -> None:
    monkeypatch.setattr(sys, "argv", ["app.manage", "db-reset", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    main()


@pytest.mark.parametrize(("arguments", "answer"), [(["--yes"], ""), ([], "yes\n")])
def test_a_reset_leaves_the_tables_of_this_code_and_one_administrator(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, arguments: list[str], answer: str
) -> None:
    run(monkeypatch, *arguments, answer=answer)

    tables, users = asyncio.run(tables_and_users(settings))
    assert "users" in tables
    assert "Left over" not in tables
    assert users == 1


def test_a_second_reset_works_as_the_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, "--yes")
    first = asyncio.run(tables_and_users(settings))

    run(monkeypatch, "--yes")

    assert asyncio.run(tables_and_users(settings)) == first


@pytest.mark.parametrize("answer", ["no\n", "y\n", "\n", ""])
def test_any_answer_but_yes_changes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    with pytest.raises(SystemExit, match="Nothing was changed"):
        run(monkeypatch, answer=answer)

    tables, users = asyncio.run(tables_and_users(settings))
    assert "Left over" in tables
    assert users == 0


def test_production_is_refused_whatever_the_options_are() -> None:
    production = make_settings(environment="production")

    with pytest.raises(WrongSettings, match="ENVIRONMENT: production refuses"):
        db_reset.reset_database(production, argparse.Namespace(yes=True))
