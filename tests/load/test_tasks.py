"""What tasks cost, and how much they can do."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median
from uuid import uuid4

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text, update

from app.core.config import Settings
from app.core.resources import Resources, make_passwords, open_resources
from app.db.models.tasks import Task
from app.db.models.users import User
from app.db.unit_of_work import UnitOfWork
from app.manage.seed import seed
from app.services.support.outbox import Payload, enqueue
from app.tasks.engine.context import Handler, TaskContext
from app.tasks.engine.poller import TaskPoller
from tests import backends, figures
from tests.apps import make_settings
from tests.clients import PASSWORD
from tests.conftest import ROOT
from tests.users import new_user
from tests.versions import PREFIX

pytestmark = pytest.mark.load

TASKS = 1000
ROWS = 1_000_000
MOST_MEGABYTES = 200


class Nothing(Payload):
    """No work at all."""

    task = "nothing"


async def do_nothing(context: TaskContext, payload: Nothing) -> None:
    """Do no work."""


@pytest.fixture(params=backends.DATABASES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    with backends.migrated(request.param, tmp_path) as url:
        settings = make_settings(
            database_url=SecretStr(url),
            redis_url=SecretStr(backends.REDIS_URL) if backends.HAS_REDIS else None,
            redis_prefix=f"test:{uuid4().hex}:",
            bcrypt_rounds=4,
            log_level="WARNING",
        )
        yield settings


async def no_more(work: UnitOfWork) -> None:
    """Add nothing to the write."""


async def empty_statement(work: UnitOfWork) -> None:
    await work.session.execute(text("SELECT 1"))


async def task(work: UnitOfWork) -> None:
    await enqueue(work, Nothing())


async def add_user(resources: Resources, more: Callable[[UnitOfWork], Awaitable[None]]) -> None:
    async with resources.database.write() as work:
        user = new_user()
        await work.users.add(user)
        await more(work)


async def test_a_task_adds_to_a_write_little_more_than_an_empty_statement_does(
    settings: Settings,
) -> None:
    times: dict[Callable[[UnitOfWork], Awaitable[None]], list[float]] = {
        no_more: [],
        empty_statement: [],
        task: [],
    }
    async with open_resources(settings) as resources:
        for _ in range(400):
            for more, taken in times.items():
                started = time.perf_counter()
                await add_user(resources, more)
                taken.append(1000 * (time.perf_counter() - started))

    alone, with_statement, with_task = (median(taken) for taken in times.values())
    ratio = (with_task - alone) / (with_statement - alone)
    figures.record(
        f"enqueue in a write [{backends.kind_of(settings)}]",
        f"+{with_task - alone:.2f} ms to {alone:.2f} ms, {ratio:.1f} times what SELECT 1 adds",
    )
    assert ratio < 3


async def test_tasks_a_second(settings: Settings) -> None:
    async with open_resources(settings) as resources:
        started = time.perf_counter()
        for _ in range(TASKS):
            async with resources.database.write() as work:
                await enqueue(work, Nothing())
        made = TASKS / (time.perf_counter() - started)
        done = await tasks_done_a_second(resources, settings)

    figures.record(
        f"tasks a second [{backends.kind_of(settings)}]", f"made {made:.0f}, done {done:.0f}"
    )


async def tasks_done_a_second(resources: Resources, settings: Settings) -> float:
    """Run the tasks that are there, and return how many were done in a second."""
    handlers = {Nothing.task: Handler(Nothing, do_nothing)}
    poller = TaskPoller(resources, handlers, settings, asyncio.Event())
    started = time.perf_counter()
    async with poller.running():
        statement = select(func.count()).select_from(Task).where(Task.status != "done")
        left = TASKS
        while left:
            await asyncio.sleep(0.05)
            async with resources.database.read() as work:
                left = await work.session.scalar(statement) or 0
    return TASKS / (time.perf_counter() - started)


def megabytes(pid: int) -> float:
    """Return the most memory that a process has ever held."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise LookupError(pid)


@contextmanager
def running(settings: Settings, folder: Path, *command: str) -> Iterator[int]:
    """Run a command of the service, and return its process."""
    fields = settings.model_dump(include=settings.model_fields_set, exclude_none=True)
    environment = os.environ | {
        name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in fields.items()
    }
    with (folder / f"{command[-1]}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            env=environment | {"PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@asynccontextmanager
async def signed_in(port: int, email: str) -> AsyncIterator[httpx2.AsyncClient]:
    url = f"http://127.0.0.1:{port}{PREFIX}"
    async with httpx2.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
        form = {"grant_type": "password", "username": email, "password": PASSWORD}
        async with asyncio.timeout(60):
            while True:
                try:
                    token = (await client.post("/auth/token", data=form)).json()["access_token"]
                    break
                except httpx2.TransportError:
                    await asyncio.sleep(0.1)
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


async def export_all(client: httpx2.AsyncClient) -> tuple[float, float, int]:
    """Export all items; return the seconds until the file was there and read, and its rows."""
    started = time.perf_counter()
    export = (await client.post("/exports", json={"format": "csv"})).json()
    while export["status"] in {"queued", "running"}:
        await asyncio.sleep(0.5)
        export = (await client.get(f"/exports/{export['id']}")).json()
    assert export["status"] == "done", export
    made = time.perf_counter() - started
    rows = -1
    async with client.stream("GET", f"/exports/{export['id']}/file") as file:
        async for piece in file.aiter_bytes():
            rows += piece.count(b"\n")
    return made, time.perf_counter() - started - made, rows


async def set_password(settings: Settings) -> str:
    """Let the owner of the items sign in; return the address."""
    async with open_resources(settings) as resources, resources.database.write() as work:
        session = work.session
        hashed = await make_passwords(settings).hash(PASSWORD)
        await session.execute(update(User).values(password_hash=hashed))
        return str(await session.scalar(select(User.email)))


@pytest.fixture
def port() -> int:
    """Return a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.skipif(not backends.HAS_POSTGRESQL, reason="PostgreSQL left out: no server")
@pytest.mark.skipif(not backends.HAS_REDIS, reason="Redis left out: no server")
@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
async def test_an_export_of_a_million_rows_needs_little_memory(
    settings: Settings, tmp_path: Path, port: int
) -> None:
    await seed(settings, items=ROWS, users=1)
    email = await set_password(settings)
    api = ("app.manage", "serve", "--port", str(port))
    with (
        running(settings, tmp_path, *api) as api_pid,
        running(settings, tmp_path, "app.manage", "worker") as worker_pid,
    ):
        async with signed_in(port, email) as client:
            made, read, rows = await export_all(client)
        memory = megabytes(api_pid)
        worker_memory = megabytes(worker_pid)

    figures.record(
        f"export of {ROWS:,} rows",
        f"made in {made:.0f} s, read in {read:.0f} s; peak memory: API {memory:.0f} MB, "
        f"worker {worker_memory:.0f} MB",
    )
    assert rows == ROWS
    assert max(memory, worker_memory) < MOST_MEGABYTES
