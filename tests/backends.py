"""The databases and the Redis that the behaviour suite runs on."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from app.core.config import Settings

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


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """Give the URL of an empty SQLite database."""
    yield f"sqlite+aiosqlite:///{folder / 'test.db'}"


@contextmanager
def postgresql(options: str = "") -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database of its own, dropped at the end."""
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


def kind_of(settings: Settings) -> str:
    """Name the database that settings choose, for figures."""
    return "postgresql" if settings.sqlite_file is None else "sqlite"
