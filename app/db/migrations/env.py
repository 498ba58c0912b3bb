"""Runs migrations on the database of the settings, or prints their SQL (`--sql`)."""

import asyncio
import logging
import sys
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.config import Settings, load_settings
from app.core.error_text import print_exception
from app.db import models  # noqa: F401 - registers the tables
from app.db.base import Base, ExactDecimal, UtcDateTime
from app.db.engine import make_engine, postgresql_limits


def render_item(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Write our types as plain ones of SQL, so that migrations do not depend on our code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, ExactDecimal):
        exact = f"sa.Numeric({item.precision}, {item.scale})"
        return f'{exact}.with_variant(sa.BigInteger(), "sqlite")'
    return False


def migrate(connection: Connection) -> None:
    """Run the requested migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


def disable_foreign_keys(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Disable foreign keys, so that SQLite can replace a table to change a column.

    With foreign keys, dropping the old table would delete the rows that refer to it.
    """
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()


async def migrate_online(settings: Settings) -> None:
    """Connect and migrate.

    Raises:
        RuntimeError: A migration broke foreign keys; nothing was changed.
    """
    engine = make_engine(settings)
    if settings.sqlite_file is not None:
        event.listen(engine.sync_engine, "connect", disable_foreign_keys)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        if settings.sqlite_file is not None:
            broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
            if broken:
                raise RuntimeError(f"the migration broke foreign keys: {broken[:10]}")
        await connection.commit()
    await engine.dispose()


def migrate_offline(settings: Settings) -> None:
    """Print the SQL instead of running it, with the time limits that a connection has."""
    context.configure(
        url=settings.database_url.get_secret_value(),
        target_metadata=Base.metadata,
        literal_binds=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        if settings.sqlite_file is None:
            for name, value in postgresql_limits(settings).items():
                context.execute(f"SET LOCAL {name} = '{value}'")
        context.run_migrations()


given_settings = context.config.attributes.get("settings", None)
if given_settings is None:
    sys.excepthook = print_exception
    given_settings = load_settings()
    # Not to standard output, which --sql uses; a caller with settings configures the log.
    logging.basicConfig(format="%(levelname)-5.5s [%(name)s] %(message)s")
    logging.getLogger("alembic").setLevel(logging.INFO)
if context.is_offline_mode():
    migrate_offline(given_settings)
else:
    asyncio.run(migrate_online(given_settings))
