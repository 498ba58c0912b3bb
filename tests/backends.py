"""The databases that the behaviour suite runs on."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

POSTGRESQL_URL = os.environ.get(
    "TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)


def postgresql_answers() -> bool:
    """Tell whether the PostgreSQL server for tests is there; a server that was named must be."""
    if "TEST_DATABASE_URL" in os.environ:
        return True
    url = make_url(POSTGRESQL_URL)
    try:
        socket.create_connection((url.host, url.port or 5432), timeout=0.5).close()
    except OSError:
        return False
    return True


DATABASES = ["sqlite", "postgresql"] if postgresql_answers() else ["sqlite"]


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """Give the URL of an empty SQLite database."""
    yield f"sqlite+aiosqlite:///{folder / 'test.db'}"


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database of its own, dropped at the end."""
    server = make_url(POSTGRESQL_URL)
    name = f"test_{uuid4().hex}"
    admin = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
