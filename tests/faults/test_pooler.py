"""Behind PgBouncer in transaction mode, where each transaction may get another connection."""

import asyncio
import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from app.core.config import Settings
from app.db.engine import make_engine
from app.db.unit_of_work import Database
from app.main import create_app
from tests import figures
from tests.apps import changed, started
from tests.clients import sign_up
from tests.faults.conftest import needs_postgresql
from tests.items import create, walk  # part example
from tests.users import new_user
from tests.waiting import LIMIT_SECONDS, wait_for_listener

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
SERVER_CONNECTIONS = 5
TASKS = 15

pytestmark = [
    pytest.mark.fault,
    needs_postgresql,
    pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer left out: not installed"),
]


@pytest.fixture
def pooled_settings(own_settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Start PgBouncer on a free port, and give the settings that lead through it."""
    url = make_url(own_settings.database_url.get_secret_value())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    users = tmp_path / "users.txt"
    users.write_text(f'"{url.username}" "{url.password or ""}"\n')
    config = tmp_path / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n"
        f"{url.database} = host={url.host} port={url.port or 5432} user={url.username}\n"
        f"[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = any\nauth_file = {users}\n"
        f"pool_mode = transaction\ndefault_pool_size = {SERVER_CONNECTIONS}\n"
        f"max_client_conn = 200\nlog_connections = 0\nlog_disconnections = 0\n"
    )
    for path in (tmp_path, users, config):
        path.chmod(0o755)
    command = [str(PGBOUNCER), *(["-u", "nobody"] if getpass.getuser() == "root" else [])]
    log = tmp_path / "pgbouncer.log"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, str(config)], stderr=out, stdout=out)
    try:
        wait_for_listener(port, process, about=log.read_text)
        through = url.set(host="127.0.0.1", port=port)
        yield changed(
            own_settings,
            database_url=SecretStr(through.render_as_string(hide_password=False)),
            database_pooler="transaction",
        )
    finally:
        process.terminate()
        process.wait(timeout=LIMIT_SECONDS)


@pytest.fixture
async def database(pooled_settings: Settings) -> AsyncIterator[Database]:
    """Give the database behind PgBouncer."""
    engine = make_engine(pooled_settings)
    yield Database(engine)
    await engine.dispose()


async def write_and_read(database: Database, name: str) -> None:
    """Run three transactions of the kinds that requests consist of, and check their results."""
    async with database.write() as work:
        user = await work.users.add(new_user(name=name))
    visible = work.users.self_of(user.id)
    async with database.write() as work:
        found = await work.users.require(visible, user.id)
        found.display_name = f"{name} again"
        await work.flush()
    async with database.read() as work:
        page = await work.users.list_page(visible, sort=(), start=None, limit=1)
    assert [row.display_name for row in page.rows] == [f"{name} again"]


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.load)])
async def test_transactions_behind_a_pooler_do_not_fail(database: Database, count: int) -> None:
    left = iter(range(0, count, 3))
    done = 0

    async def run() -> None:
        """Share the work with the other tasks."""
        nonlocal done
        for n in left:
            await write_and_read(database, str(n))
            done += 3

    began = time.perf_counter()
    await asyncio.gather(*(run() for _ in range(TASKS)))
    seconds = time.perf_counter() - began

    assert done >= count
    figures.record(
        f"PgBouncer in transaction mode, {done:,} transactions",
        f"0 errors; {TASKS} tasks on {SERVER_CONNECTIONS} server connections, "
        f"{done / seconds:.0f}/s",
    )


async def test_limits_hold_in_each_transaction(pooled_settings: Settings) -> None:
    limits = {"database_statement_timeout_seconds": 45, "database_lock_timeout_seconds": 35}
    engine = make_engine(changed(pooled_settings, **limits))
    async with Database(engine).read() as work:
        connection = await work.session.connection()
        shown = [
            (await connection.exec_driver_sql(f"SHOW {name}")).scalar()
            for name in ("statement_timeout", "lock_timeout")
        ]
    await engine.dispose()

    assert shown == ["45s", "35s"]


# part example
async def test_the_api_works_behind_a_pooler(pooled_settings: Settings) -> None:
    async with started(create_app(pooled_settings)) as client:
        ada = await sign_up(client, "Ada")
        items = [await create(ada, name=f"Chair {n}") for n in range(30)]

        assert await walk(ada, "sort=created_at.asc&limit=7") == items
        assert (await client.get("/health/ready")).status_code == 200


# end part
