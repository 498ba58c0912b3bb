"""No migration blocks the service: squawk reads its SQL for PostgreSQL."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from pydantic import SecretStr

from tests.apps import make_settings
from tests.conftest import ROOT

URL = SecretStr("postgresql+psycopg://host/name")
SQUAWK = Path(sys.executable).with_name("squawk")
EXCLUDED = {
    "ban-drop-constraint": "a check whose rule changes is dropped and made again",
    "prefer-text-field": "lengths repeat the contract's; PostgreSQL widens a varchar at once",
    "prefer-bigint-over-int": "keys are UUIDs; integers are bounded by the contract",
}
REVISIONS = list(ScriptDirectory(str(ROOT / "app/db/migrations")).walk_revisions())[::-1]


def sql_of(revision: str, follows: str | None, **changes: object) -> str:
    """Return what a migration does on PostgreSQL, by itself: no table is as new as its file."""
    output = StringIO()
    attributes = {"settings": make_settings(database_url=URL, **changes)}
    config = Config(ROOT / "alembic.ini", attributes=attributes, output_buffer=output)
    command.upgrade(config, f"{follows or 'base'}:{revision}", sql=True)
    return output.getvalue()


def complaints_about(sql: str) -> str:
    """Return what squawk says against it."""
    run = subprocess.run(
        [SQUAWK, "--pg-version=15.0", f"--exclude={','.join(EXCLUDED)}", "--reporter=gcc"],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if run.returncode == 0 else run.stdout + run.stderr


@pytest.mark.parametrize("script", REVISIONS, ids=lambda script: script.module.__name__)
def test_no_migration_takes_a_lock_that_blocks(script: object) -> None:
    sql = sql_of(script.revision, script.down_revision)  # type: ignore[attr-defined]

    assert complaints_about(sql) == ""


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("CREATE INDEX ix ON users (role)", "require-concurrent-index-creation"),
        ("ALTER TABLE users ADD COLUMN colour text NOT NULL", "adding-required-field"),
        ("ALTER TABLE users ALTER COLUMN version TYPE bigint", "changing-column-type"),
        (
            "ALTER TABLE sessions ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users (id)",
            "adding-foreign-key-constraint",
        ),
    ],
    ids=lambda text: text if "-" in text else "",
)
def test_a_lock_that_blocks_would_be_found(statement: str, rule: str) -> None:
    limits = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '5s';"

    complaints = complaints_about(f"BEGIN; {limits} {statement}; COMMIT;")

    assert rule in complaints


def test_the_sql_sets_the_time_limits_that_a_connection_has() -> None:
    first = REVISIONS[0]

    sql = sql_of(first.revision, None, database_lock_timeout_seconds=7)

    assert "SET LOCAL lock_timeout = '7s';" in sql
    assert sql.index("lock_timeout") < sql.index("CREATE TABLE")
