"""Migrations lead to the tables of the models, on both databases, forth and back."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import MetaData, create_engine, inspect, make_url

from app.core.config import Settings
from app.db import models  # noqa: F401 - registers the tables
from app.db.base import Base
from tests import backends
from tests.apps import make_settings
from tests.conftest import ROOT

SCRIPTS = ROOT / "app/db/migrations"
# An index knows its condition as an object.
ADDRESS = re.compile(" at 0x[0-9a-f]+")


@pytest.fixture(params=backends.DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a database without tables."""
    with backends.empty(request.param, tmp_path) as url:
        yield make_settings(database_url=SecretStr(url))


def config(settings: Settings, output: StringIO | None = None) -> Config:
    output = output or StringIO()
    attributes = {"settings": settings}
    return Config(ROOT / "alembic.ini", attributes=attributes, output_buffer=output, stdout=output)


def tables_of(settings: Settings) -> dict[str, str]:
    """Return each table of the database with all that it consists of."""
    url = make_url(settings.database_url.get_secret_value())
    engine = create_engine(url.set(drivername=url.drivername.replace("+aiosqlite", "")))
    metadata = MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection)
        found = inspect(connection)
        described = {
            table: repr(
                [
                    metadata.tables[table],
                    found.get_indexes(table),
                    found.get_foreign_keys(table),
                    found.get_check_constraints(table),
                ]
            )
            for table in metadata.tables
            if table != "alembic_version"
        }
    engine.dispose()
    return {table: ADDRESS.sub("", text) for table, text in described.items()}


def test_the_migrations_lead_to_the_tables_of_the_models(empty: Settings) -> None:
    command.upgrade(config(empty), "head")

    command.check(config(empty))

    assert set(tables_of(empty)) == set(Base.metadata.tables)


def test_each_step_back_and_forth_works(empty: Settings) -> None:
    revisions = [script.revision for script in ScriptDirectory(SCRIPTS).walk_revisions()][::-1]

    for revision in revisions:
        command.upgrade(config(empty), revision)
        before = tables_of(empty)
        command.downgrade(config(empty), "-1")
        command.upgrade(config(empty), revision)
        assert tables_of(empty) == before


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(SCRIPTS).get_heads()) == 1


def test_migrations_can_be_printed_as_sql_for_a_server() -> None:
    """SQLite replaces a table to change a constraint, and has to see it for that."""
    output = StringIO()
    url = SecretStr("postgresql+psycopg://host/name")

    command.upgrade(config(make_settings(database_url=url), output), "head", sql=True)

    for table in Base.metadata.tables:
        assert f"CREATE TABLE {table} " in output.getvalue()


def test_a_migration_that_alembic_writes_needs_nothing_of_todays_code(tmp_path: Path) -> None:
    settings = make_settings(database_url=SecretStr(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}"))
    versions = tmp_path / "versions"
    versions.mkdir()
    alembic = config(settings)
    alembic.set_main_option("version_locations", str(versions))
    alembic.set_section_option("post_write_hooks", "hooks", "")

    command.revision(alembic, "create everything", autogenerate=True)

    written = next(versions.glob("*.py")).read_text(encoding="utf-8")
    assert "sa.DateTime(timezone=True)" in written
    assert "app." not in written
    assert written.startswith('"""create everything')


def test_every_module_of_rows_is_known_to_the_migrations() -> None:
    modules = {path.stem for path in (ROOT / "app/db/models").glob("*.py")} - {"__init__"}
    mapped = {mapper.class_ for mapper in Base.registry.mappers}

    assert {row.__module__.rpartition(".")[2] for row in mapped} == modules
