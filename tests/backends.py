"""The databases and the Redis that the behaviour suite runs on."""

import atexit
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from pydantic import SecretStr
from sqlalchemy import make_url, text

from app.core.config import Settings
from app.db.engine import make_engine
from tests.apps import make_settings

ALEMBIC = Path(__file__).parent.parent / "alembic.ini"

POSTGRESQL_URL = os.environ.get(
    "TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)


REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


def answers(url: str, port: int) -> bool:
    """Tell whether a server listens where a URL points."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname, parts.port or port), timeout=10).close()
    except OSError:
        return False
    return True


# A server that the environment names must be there: without it the tests fail instead of skipping.
HAS_POSTGRESQL = "TEST_DATABASE_URL" in os.environ or answers(POSTGRESQL_URL, 5432)
HAS_REDIS = "TEST_REDIS_URL" in os.environ or answers(REDIS_URL, 6379)
DATABASES = ["sqlite", "postgresql"] if HAS_POSTGRESQL else ["sqlite"]
EMBEDDED = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Marks a test of what no backend takes part in, so that it runs once."""


@contextmanager
def empty(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of a database without tables: a file in the folder, or one that is dropped."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'test.db'}"
    else:
        with postgresql() as url:
            yield url


@contextmanager
def migrated(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of a database without rows: a copy of one that was migrated once in this run."""
    if kind == "sqlite":
        copy = shutil.copy(_sqlite_template(), folder / "test.db")
        yield f"sqlite+aiosqlite:///{copy}"
    else:
        with postgresql(f'TEMPLATE "{_postgresql_template()}"') as url:
            yield url


@contextmanager
def copied(settings: Settings, folder: Path) -> Iterator[str]:
    """Give the URL of a copy of a database that nothing is connected to."""
    if (file := settings.sqlite_file) is not None:
        yield f"sqlite+aiosqlite:///{shutil.copy(file, folder / 'copy.db')}"
    else:
        name = make_url(settings.database_url.get_secret_value()).database
        with postgresql(f'TEMPLATE "{name}"') as url:
            yield url


@contextmanager
def postgresql(options: str = "") -> Iterator[str]:
    """Give the URL of a PostgreSQL database of its own, dropped at the end."""
    server = make_url(POSTGRESQL_URL)
    name = f"test_{uuid4().hex}"
    admin = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" {options}'.encode())
        # Nothing here outlives the server, so no commit has to wait for the disk.
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off'.encode())
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def migrate(settings: Settings, revision: str = "head") -> None:
    """Bring the database of the settings to a revision."""
    command.upgrade(Config(ALEMBIC, attributes={"settings": settings}), revision)


@cache
def _sqlite_template() -> Path:
    folder = Path(_templates.enter_context(TemporaryDirectory(prefix="test-template-")))
    with empty("sqlite", folder) as url:
        migrate(make_settings(database_url=SecretStr(url)))
    return folder / "test.db"


@cache
def _postgresql_template() -> str:
    url = _templates.enter_context(postgresql())
    migrate(make_settings(database_url=SecretStr(url)))
    return str(make_url(url).database)


_templates = ExitStack()
atexit.register(_templates.close)


def kind_of(settings: Settings) -> str:
    """Name the database that settings choose, for figures."""
    return "postgresql" if settings.sqlite_file is None else "sqlite"


async def analyze(settings: Settings) -> None:
    """Count the rows for the planner, as PostgreSQL does by itself a minute later."""
    engine = make_engine(settings)
    async with engine.begin() as connection:
        await connection.execute(text("ANALYZE"))
    await engine.dispose()
