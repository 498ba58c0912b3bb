"""The connection to the database, with one behaviour on PostgreSQL and SQLite."""

import select
from collections.abc import Mapping
from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Executable, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from app.core.config import Settings
from app.core.load import seconds_left

T = TypeVar("T")

_LATER_SECONDS = 0.1
_STATEMENT_SECONDS = "statement_seconds"


def make_engine(settings: Settings) -> AsyncEngine:
    """Return an engine for the database of the settings; it connects on first use."""
    is_sqlite = settings.sqlite_file is not None
    engine = _make_sqlite_engine(settings) if is_sqlite else _make_postgresql_engine(settings)
    event.listen(engine.sync_engine, "before_execute", _refuse_change)
    return engine


def _make_sqlite_engine(settings: Settings) -> AsyncEngine:
    if settings.sqlite_file is not None:
        settings.sqlite_file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        settings.database_url.get_secret_value(),
        hide_parameters=True,
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_max_overflow,
        pool_timeout=settings.database_pool_timeout_seconds,
        connect_args={"timeout": settings.database_lock_timeout_seconds},
    )
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def read_options(engine: AsyncEngine) -> Mapping[str, Any]:
    """Return the execution options of a transaction that only reads.

    Reads on PostgreSQL need no BEGIN and ROLLBACK, because each statement has its own snapshot
    (READ COMMITTED). SET LOCAL needs them: behind a pooler, and for a deadline that is near.
    """
    options = {"read_only": True}
    if engine.dialect.name == "sqlite":
        return options
    longest, left = engine.get_execution_options().get(_STATEMENT_SECONDS), seconds_left()
    if longest is None or (left is not None and left < longest):
        return options
    return options | {"isolation_level": "AUTOCOMMIT"}


def _refuse_change(
    _: Connection, statement: Executable, __: object, ___: object, options: Mapping[str, Any]
) -> None:
    """Refuse changes of a transaction that only reads; without BEGIN they would be committed."""
    if options.get("read_only") and statement.is_dml:
        raise RuntimeError("Database.read() takes no changes; use Database.write().")


def make_probe_engine(settings: Settings) -> AsyncEngine:
    """Return an engine with one connection, which requests do not use."""
    alone = {"database_pool_size": 1, "database_max_overflow": 0}
    return make_engine(settings.model_copy(update=alone))


def make_replica_engine(settings: Settings) -> AsyncEngine | None:
    """Return an engine for the replica of the settings; None if there is none."""
    if settings.database_replica_url is None:
        return None
    return make_engine(settings.model_copy(update={"database_url": settings.database_replica_url}))


def postgresql_limits(settings: Settings) -> Mapping[str, str]:
    """Return PostgreSQL's time limits of statements, locks and idle transactions."""
    statement, lock = (
        settings.database_statement_timeout_seconds,
        settings.database_lock_timeout_seconds,
    )
    return {
        "statement_timeout": f"{statement}s",
        "lock_timeout": f"{lock}s",
        "idle_in_transaction_session_timeout": f"{2 * statement}s",
    }


def _make_postgresql_engine(settings: Settings) -> AsyncEngine:
    limits = postgresql_limits(settings)
    pooled = settings.database_pooler == "transaction"
    longest = settings.database_statement_timeout_seconds
    connect_args: dict[str, Any] = {
        "async_creator_fn": _with_time_limit(
            settings.database_statement_timeout_seconds + 1
        ).connect,
        "connect_timeout": settings.database_connect_timeout_seconds,
    }
    if pooled:
        # The next transaction may run on another server connection, without prepared statements.
        connect_args["prepare_threshold"] = None
    else:
        connect_args["options"] = " ".join(f"-c {name}={value}" for name, value in limits.items())
    engine = create_async_engine(
        settings.database_url.get_secret_value(),
        hide_parameters=True,
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_max_overflow,
        pool_timeout=settings.database_pool_timeout_seconds,
        pool_recycle=settings.database_pool_recycle_seconds,
        connect_args=connect_args,
        execution_options={} if pooled else {_STATEMENT_SECONDS: longest},
    )
    event.listen(engine.sync_engine, "checkout", _require_open)
    if pooled:
        commands = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in limits.items())

        @event.listens_for(engine.sync_engine, "begin")
        def set_limits(connection: Connection) -> None:
            connection.exec_driver_sql(commands)

    @event.listens_for(engine.sync_engine, "begin")
    def keep_deadline(connection: Connection) -> None:
        left = seconds_left()
        if left is not None and left < longest:
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {left * 1000:.0f}")

    return engine


def _with_time_limit(seconds: float) -> type[AsyncConnection[Any]]:
    """Return a connection class with a timeout for a server that does not answer.

    PostgreSQL enforces its timeouts itself, so without this one a server that hangs would block
    requests forever.
    """

    class TimeLimitedConnection(AsyncConnection[Any]):
        async def wait(
            self,
            gen: PQGen[T],
            interval: float = 0.1,
            timeout: float | None = None,  # noqa: ASYNC109 - psycopg's signature
        ) -> T:
            try:
                return await super().wait(gen, interval, timeout or _bounded(seconds))
            except OperationalError:
                if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                    self.pgconn.finish()
                raise

    return TimeLimitedConnection


def _bounded(seconds: float) -> float:
    left = seconds_left()
    # The server itself should end the statement first, as then the connection stays usable.
    return seconds if left is None else min(seconds, left + _LATER_SECONDS)


def _require_open(
    connection: DBAPIConnection, _: ConnectionPoolEntry, __: PoolProxiedConnection
) -> None:
    """Replace a connection that the server has closed; unlike a ping this costs no round trip.

    No query is pending on an idle connection, so data to read means that the server has closed it.

    Raises:
        DisconnectionError: It is closed; the pool opens another one.
    """
    driver, poll = connection.driver_connection, select.poll()
    if not driver.closed:
        poll.register(driver.fileno(), select.POLLIN)
    if driver.closed or poll.poll(0):
        raise DisconnectionError("the server has closed the connection")


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver would begin transactions too late, and lose updates: see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
