"""No statement of a housekeeping task takes long, however much there is to delete."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.config import Settings
from app.core.resources import open_resources
from app.db.engine import make_engine
from app.services.accounts.administration import DeleteAccounts
from app.services.support.outbox import Payload
from app.tasks.exports import DeleteOldExports
from app.tasks.housekeeping import DeleteExpiredKeys, DeleteExpiredTokens, DeleteFinishedTasks
from tests import backends, figures
from tests.apps import make_settings
from tests.tasks.conftest import Lab
from tests.tasks.test_housekeeping import do

pytestmark = pytest.mark.load

ROWS = 1_000_000
# Of rows that others refer to so many are old; see `moment`.
OLD = 20_000
MOST_SECONDS = 1.0

# Keys of rows ascend as UUIDv7 do; digests of secrets come in no order.
WORDS = {
    "sqlite": {
        "numbers": "(WITH RECURSIVE n(i) AS"
        " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT i FROM n) n",
        "id": "printf('%032x', i)",
        "digest": "lower(hex(randomblob(16)))",
        "past": "'2020-01-01 00:00:00.000000'",
        "moment": "CASE WHEN i <= 20000 THEN '2020' ELSE '2100' END || '-01-01 00:00:00.000000'",
        "file": "randomblob(500000)",
    },
    "postgresql": {
        "numbers": "generate_series(1, {rows}) n(i)",
        "id": "lpad(to_hex(i), 32, '0')::uuid",
        "digest": "gen_random_uuid()",
        "past": "timestamptz '2020-01-01'",
        "moment": "make_timestamptz(CASE WHEN i <= 20000 THEN 2020 ELSE 2100 END, 1, 1, 0, 0, 0)",
        "file": "decode(repeat(md5(i::text), 31250), 'hex')",
    },
}
ACCOUNT = (
    "INSERT INTO users"
    " (id, email, password_hash, role, created_at, updated_at, version, deleted_at)"
    " VALUES ({owner}, 'deleted', '', 'user', {past}, {past}, 1, {deleted})"
)
# part example
ITEMS = (
    "INSERT INTO items (id, owner_id, name, status, quantity, created_at, updated_at, version)"
    " SELECT {id}, {owner}, 'Oak table', 'draft', 1, {past}, {past}, 1 FROM {numbers}"
)
# end part
SESSIONS = (
    "INSERT INTO sessions"
    " (id, user_id, last_used_at, idle_until, expires_at, created_at, updated_at, version)"
    " SELECT {id}, {owner}, {past}, {moment}, {moment}, {past}, {past}, 1 FROM {numbers}"
)
TOKENS = (
    "INSERT INTO refresh_tokens (digest, session_id, spent_at)"
    " SELECT {digest}, id, {past} FROM sessions, {numbers}"
)
# part exports
EXPORTS = (
    "INSERT INTO exports"
    " (id, owner_id, format, status, rows_done, chunks, created_at, updated_at, version)"
    " SELECT {id}, {owner}, 'csv', 'failed', 0, 0, {moment}, {past}, 1 FROM {numbers}"
)
FILES = (
    "INSERT INTO export_chunks (export_id, number, data)"
    " SELECT id, i, {file} FROM exports, {numbers}"
)
# end part
KEYS = (
    "INSERT INTO idempotency_keys"
    " (principal_id, operation, key, fingerprint, claim, lease_until, expires_at)"
    " SELECT {owner}, 'createItem', i, 'f', {id}, {past}, {past} FROM {numbers}"
)
TASKS = (
    "INSERT INTO tasks"
    " (id, name, payload, status, attempt, max_attempts, run_at, created_at, finished_at)"
    " SELECT {id}, 'done', '{{}}', 'done', 1, 8, {past}, {past}, {past} FROM {numbers}"
)


class Case(NamedTuple):
    """Rows that are to be deleted: statements with how many rows each makes, and the task."""

    statements: tuple[tuple[str, int], ...]
    payload: Payload
    is_deleted: bool = False
    stay: int = 0


CASES = {
    # part example
    "items of a deleted account": Case(((ITEMS, ROWS),), DeleteAccounts(), is_deleted=True),
    # end part
    "tokens of ended sessions": Case(
        ((SESSIONS, 250), (TOKENS, ROWS // 250)), DeleteExpiredTokens()
    ),
    "ended sessions": Case(((SESSIONS, ROWS),), DeleteExpiredTokens(), stay=ROWS - OLD),
    "expired idempotency keys": Case(((KEYS, ROWS),), DeleteExpiredKeys()),
    "finished tasks": Case(((TASKS, ROWS),), DeleteFinishedTasks()),
    # part exports
    "old exports": Case(((EXPORTS, ROWS),), DeleteOldExports(), stay=ROWS - OLD),
    "the file of an export of 1,000,000 items": Case(
        ((EXPORTS, 1), (FILES, 500)), DeleteOldExports()
    ),
    # end part
}


@pytest.fixture(params=backends.DATABASES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    with backends.migrated(request.param, tmp_path) as url:
        settings = make_settings(database_url=SecretStr(url), log_level="WARNING")
        yield settings


@pytest.fixture
async def lab(settings: Settings) -> AsyncIterator[Lab]:
    async with open_resources(settings) as resources:
        yield Lab(settings, resources)


async def fill(settings: Settings, case: Case) -> None:
    """Make the rows, all of one user."""
    words = WORDS[backends.kind_of(settings)]
    owner = "'0199d6a0a5b07c3e9a4f6f1d2c3b4a59'"
    if settings.sqlite_file is None:
        owner = f"uuid {owner}"
    deleted = words["past"] if case.is_deleted else "NULL"
    # Making the rows is not what is measured.
    engine = make_engine(settings.model_copy(update={"database_statement_timeout_seconds": 600}))
    async with engine.begin() as connection:
        for statement, rows in ((ACCOUNT, 1), *case.statements):
            numbers = words["numbers"].format(rows=rows)
            facts = {"numbers": numbers, "owner": owner, "deleted": deleted}
            sql = statement.format(**words | facts)
            await connection.execute(text(sql))
    await engine.dispose()
    await backends.analyze(settings)


@contextmanager
def timed(engine: Engine) -> Iterator[dict[str, list[float]]]:
    """Collect how many seconds each statement takes; BEGIN only waits for other writers."""
    taken: dict[str, list[float]] = {}
    begun: dict[int, float] = {}

    def begin(connection: Any, *_: object) -> None:  # noqa: ANN401 - the event's signature
        begun[id(connection)] = time.perf_counter()

    def end(connection: Any, _: object, sql: str, *__: object) -> None:  # noqa: ANN401 - as begin
        seconds = time.perf_counter() - begun[id(connection)]
        if not sql.startswith("BEGIN"):
            taken.setdefault(" ".join(sql.split()[:3]), []).append(seconds)

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    yield taken
    event.remove(engine, "before_cursor_execute", begin)
    event.remove(engine, "after_cursor_execute", end)


@pytest.mark.parametrize("name", CASES)
async def test_each_statement_of_a_large_deletion_takes_under_a_second(
    lab: Lab, settings: Settings, name: str
) -> None:
    case = CASES[name]
    await fill(settings, case)
    engine: AsyncEngine = lab.resources.database.engine

    started = time.perf_counter()
    with timed(engine.sync_engine) as taken:
        await do(lab, case.payload)
    seconds = time.perf_counter() - started

    slowest, statement = max((max(times), sql) for sql, times in taken.items())
    figures.record(
        f"delete {name} [{backends.kind_of(settings)}]",
        f"{sum(map(len, taken.values())):,} statements in {seconds:.0f} s, "
        f"the slowest {1000 * slowest:.0f} ms ({statement})",
    )
    assert slowest < MOST_SECONDS
    async with engine.connect() as connection:
        for table in {sql.split()[2] for sql, _ in case.statements}:
            left = await connection.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
            # The task that did the work has a row, too.
            assert left.scalar_one() == case.stay + (table == "tasks")
