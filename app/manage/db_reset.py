"""`python -m app.manage db-reset`: an empty database with the newest migrations."""

import argparse
import asyncio
import sys

from sqlalchemy import Connection, event, inspect, make_url, text
from sqlalchemy.dialects.postgresql.base import PGInspector
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.config import Settings, WrongSettings
from app.db.engine import make_engine
from app.manage.setup import set_up


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `db-reset` to a command line."""
    reset = commands.add_parser(
        "db-reset", help="delete all tables, then run setup; not in production"
    )
    reset.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    reset.set_defaults(run=reset_database)


def reset_database(settings: Settings, arguments: argparse.Namespace) -> None:
    """Drop all tables of the database, migrate it, and create the first administrator.

    Raises:
        SystemExit: The answer is not `yes`; nothing was changed.
        WrongSettings: The settings are those of production.
    """
    if settings.in_production:
        raise WrongSettings("ENVIRONMENT: production refuses to reset its database")
    name = make_url(settings.database_url.get_secret_value()).render_as_string(hide_password=True)
    if not arguments.yes and not _is_confirmed(name):
        sys.exit("Nothing was changed. To reset without a question: make db-reset yes=1")
    asyncio.run(_drop_tables(settings))
    set_up(settings)
    sys.stdout.write(f"{name} has the newest migrations, and no other rows\n")


def _is_confirmed(name: str) -> bool:
    try:
        return input(f"Delete all tables and rows of {name}? Answer yes or no: ") == "yes"
    except EOFError:
        return False


async def _drop_tables(settings: Settings) -> None:
    engine = make_engine(settings)
    if settings.sqlite_file is not None:
        event.listen(engine.sync_engine, "connect", _disable_foreign_keys)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_drop_all)
    finally:
        await engine.dispose()


def _drop_all(connection: Connection) -> None:
    """Drop what the database contains, which may be the tables of another branch's models."""
    found = inspect(connection)
    quote = connection.dialect.identifier_preparer.quote
    cascade = " CASCADE" if isinstance(found, PGInspector) else ""
    for view in found.get_view_names():
        connection.execute(text(f"DROP VIEW IF EXISTS {quote(view)}{cascade}"))
    for table in found.get_table_names():
        connection.execute(text(f"DROP TABLE {quote(table)}{cascade}"))
    if isinstance(found, PGInspector):
        for enum in found.get_enums():
            connection.execute(text(f"DROP TYPE {quote(enum['name'])}"))


def _disable_foreign_keys(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # SQLite would delete the rows of a dropped table one by one, and check the tables left.
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()
