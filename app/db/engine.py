"""The connection to the database, with one behaviour on PostgreSQL and SQLite."""

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.config import Settings

_POSTGRESQL_OPTIONS = (
    "-c statement_timeout=5s -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s"
)


def make_engine(settings: Settings) -> AsyncEngine:
    """Return an engine for the database that the settings name; it connects at the first use."""
    url = settings.database_url.get_secret_value()
    if settings.sqlite_file is None:
        return create_async_engine(
            url,
            pool_pre_ping=True,
            pool_timeout=2,
            connect_args={"connect_timeout": 2, "options": _POSTGRESQL_OPTIONS},
        )
    settings.sqlite_file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, connect_args={"timeout": 5})
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver would begin transactions too late, and updates would get lost: see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
