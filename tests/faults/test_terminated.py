"""PostgreSQL's backends are killed again and again while clients write."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import make_url, select

from app.core.config import Settings
from app.db.models.items import Item
from app.main import create_app
from tests import figures
from tests.apps import changed, running
from tests.clients import Caller, sign_up
from tests.faults.conftest import needs_postgresql
from tests.waiting import LIMIT_SECONDS

pytestmark = [pytest.mark.fault, needs_postgresql]

KILLS = 150
CLIENTS = 8


@pytest.fixture
async def app(own_settings: Settings) -> AsyncIterator[FastAPI]:
    """Give an application on a database of its own, whose claims are given up after a second."""
    settings = changed(own_settings, idempotency_lease_seconds=1)
    async with running(create_app(settings)) as application:
        yield application


async def kill_backends(settings: Settings, clients: Sequence["Client"]) -> int:
    """Terminate every connection to the database, again and again, until requests felt it.

    Returns how many.
    """
    url = make_url(settings.database_url.get_secret_value())
    admin = url.set(drivername="postgresql", database="postgres").render_as_string(
        hide_password=False
    )
    killed = 0
    async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:
        while killed < KILLS or not any(client.statuses[503] for client in clients):
            rows = await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [url.database],
            )
            killed += rows.rowcount
            await asyncio.sleep(0.15)
    return killed


@dataclass
class Client:
    """Creates items and counts up one of them; remembers what it was told."""

    caller: Caller
    created: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    longest_seconds: float = 0

    async def work(self, path: str, killing: asyncio.Task[int]) -> None:
        """Send requests until the last kill; then finish what was begun."""
        quantity = 0
        while not killing.done():
            await self.create_with_key()
            await self.create_without_key()
            quantity = await self.count_up(path, quantity)

    async def send(self, method: str, path: str, body: object, **headers: str) -> httpx2.Response:
        """Send one request and note its status."""
        asked = time.perf_counter()
        answer = await self.caller.request(method, path, body, **headers)
        self.longest_seconds = max(self.longest_seconds, time.perf_counter() - asked)
        self.statuses[answer.status_code] += 1
        assert answer.is_success or answer.status_code in {409, 503}, answer.text
        return answer

    async def create_with_key(self) -> None:
        """Create an item, however often it takes; it must be there once."""
        name = f"keyed {uuid4()}"
        while True:
            key = {"Idempotency-Key": name.removeprefix("keyed ")}
            answer = await self.send("POST", "/items", {"name": name}, **key)
            if answer.is_success:
                self.created.append(name)
                return
            await asyncio.sleep(0.05)

    async def create_without_key(self) -> None:
        """Create an item; without an answer it may be there or not."""
        name = f"plain {uuid4()}"
        answer = await self.send("POST", "/items", {"name": name})
        (self.created if answer.is_success else self.doubtful).append(name)

    async def count_up(self, path: str, quantity: int) -> int:
        """Increment the quantity and read it back."""
        answer = await self.send("PATCH", path, {"quantity": quantity + 1})
        if answer.is_success:
            assert answer.json()["quantity"] == quantity + 1
        while not (read := await self.send("GET", path, None)).is_success:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        found = int(read.json()["quantity"])
        assert found == quantity + 1 or (found == quantity and not answer.is_success)
        return found


async def names_in(app: FastAPI) -> Counter[str]:
    """Return the names of all items, as the database has them."""
    async with app.state.resources.database.read() as work:
        return Counter(await work.session.scalars(select(Item.name)))


async def test_killed_backends_cost_answers_but_no_data(
    app: FastAPI, own_settings: Settings, client: httpx2.AsyncClient
) -> None:
    clients = [Client(await sign_up(client, "Ada")) for _ in range(CLIENTS)]
    counters = [await c.caller.post("/items", {"name": "counter"}) for c in clients]
    paths = [f"/items/{answer.json()['id']}" for answer in counters]

    killing = asyncio.create_task(kill_backends(own_settings, clients))
    async with asyncio.timeout(LIMIT_SECONDS):
        await asyncio.gather(
            *(c.work(path, killing) for c, path in zip(clients, paths, strict=True))
        )
    killed = await killing
    stopped = time.perf_counter()
    answers = [await c.caller.get("/items") for c in clients]
    recovery = time.perf_counter() - stopped

    assert {answer.status_code for answer in answers} == {200}
    found = await names_in(app)
    found.pop("counter")
    created = [name for c in clients for name in c.created]
    doubtful = {name for c in clients for name in c.doubtful}
    assert [name for name in created if found[name] != 1] == []
    assert found.keys() - set(created) <= doubtful
    assert max(found.values()) == 1
    statuses = sum((c.statuses for c in clients), Counter[int]())
    figures.record(
        "PostgreSQL's backends killed",
        f"{killed} killed: {statuses[200] + statuses[201]} requests answered 2xx, "
        f"{statuses[503]} 503, {statuses[409]} 409; of {len(created)} items 0 lost, 0 doubled; "
        f"slowest answer {max(c.longest_seconds for c in clients):.2f} s, "
        f"{CLIENTS} of {CLIENTS} well again after {1_000 * recovery:.0f} ms",
    )
