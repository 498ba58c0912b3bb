"""What is kept, where and for how long: cached reads, and the headers for the caches of others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from redis.asyncio import Redis

from app.core.config import Settings
from app.main import create_app
from app.schemas.operation import Operation
from tests import figures
from tests.apps import changed, started
from tests.clients import Caller, sign_up
from tests.items import create
from tests.statements import watched
from tests.versions import OPERATIONS

UPDATES = 25


@dataclass
class Cluster:
    """Applications on one database and one Redis, if there is Redis."""

    settings: Settings
    stack: AsyncExitStack

    async def start(self, **changes: object) -> tuple[FastAPI, httpx2.AsyncClient]:
        """Start another process's worth of application."""
        app = create_app(changed(self.settings, **changes))
        return app, await self.stack.enter_async_context(started(app))


@pytest.fixture
async def cluster(settings: Settings) -> AsyncIterator[Cluster]:
    async with AsyncExitStack() as stack:
        yield Cluster(changed(settings, redis_prefix=f"test:{uuid4().hex}:"), stack)


def at(caller: Caller, client: httpx2.AsyncClient) -> Caller:
    """Return the caller as a client of another process."""
    return Caller(caller.email, caller.headers, client)


def needs_redis(cluster: Cluster) -> str:
    """Skip where the cache is in the process, and return the URL otherwise."""
    if cluster.settings.redis_url is None:
        pytest.skip("the cache is in this process")
    return cluster.settings.redis_url.get_secret_value()


def extend(monkeypatch: pytest.MonkeyPatch, operation: Operation, **rule: object) -> None:
    """Let the contract say more about how long an operation's answer may be kept."""
    monkeypatch.setitem(cast("dict[str, object]", operation.extensions), "x-cache", rule)


async def test_an_item_is_read_from_the_database_once(cluster: Cluster) -> None:
    app, client = await cluster.start()
    ada = await sign_up(client, "Ada")
    item = await create(ada)
    with watched(app) as statements:
        answers = [await ada.get(f"/items/{item['id']}") for _ in range(5)]

    assert [answer.json() for answer in answers] == [item] * 5
    assert len({answer.headers["ETag"] for answer in answers}) == 1
    assert len(statements) == 1


async def test_that_there_is_no_item_is_remembered_too(cluster: Cluster) -> None:
    app, client = await cluster.start()
    ada = await sign_up(client, "Ada")
    nothing = uuid4()
    with watched(app) as statements:
        answers = [await ada.get(f"/items/{nothing}") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {404}
    assert len(statements) == 1


async def test_nobody_is_given_somebody_elses_item(cluster: Cluster) -> None:
    _, client = await cluster.start()
    ada, bob = await sign_up(client, "Ada"), await sign_up(client, "Bob")
    item = await create(ada)
    path = f"/items/{item['id']}"

    assert (await bob.get(path)).status_code == 404
    assert (await ada.get(path)).json() == item
    assert (await bob.get(path)).status_code == 404
    assert (await ada.get(path)).json() == item


async def test_a_key_holds_nothing_of_the_reader(cluster: Cluster) -> None:
    url = needs_redis(cluster)
    _, client = await cluster.start()
    ada, bob = await sign_up(client, "Ada"), await sign_up(client, "Bob")
    item = await create(ada)
    for reader in (ada, bob):
        await reader.get(f"/items/{item['id']}")

    prefix = f"{cluster.settings.redis_prefix}cache:"
    async with Redis.from_url(url, decode_responses=True) as redis:
        [name] = [key async for key in redis.scan_iter(f"{prefix}*")]
        life = await redis.ttl(name)
    assert name.startswith(f"{prefix}item:{item['id']}:")
    assert cluster.settings.cache_seconds - 5 <= life <= cluster.settings.cache_seconds


async def test_a_change_is_seen_at_once(cluster: Cluster) -> None:
    _, client = await cluster.start()
    ada = await sign_up(client, "Ada")
    item = await create(ada)
    path = f"/items/{item['id']}"
    await ada.get(path)
    changed_item = (await ada.patch(path, {"name": "Ash table"})).json()
    assert (await ada.get(path)).json() == changed_item

    assert (await ada.request("PATCH", path, {}, **{"If-Match": '"0"'})).status_code == 412
    assert (await ada.get(path)).json() == changed_item
    assert (await ada.delete(path)).status_code == 204
    assert (await ada.get(path)).status_code == 404


async def test_a_change_in_one_process_is_seen_at_once_in_another(cluster: Cluster) -> None:
    """Readers of the other process compete with the writer the whole time."""
    needs_redis(cluster)
    (_, here), (_, there) = await cluster.start(), await cluster.start()
    ada = await sign_up(here, "Ada")
    path = f"/items/{(await create(ada))['id']}"
    answered, stale, reads = 0, 0, 0

    async def keep_reading(reader: Caller) -> None:
        nonlocal stale, reads
        while answered < UPDATES:
            known = answered
            seen = (await reader.get(path)).json()["quantity"]
            stale += seen < known
            reads += 1

    async def write() -> None:
        nonlocal answered
        for quantity in range(1, UPDATES + 1):
            assert (await ada.patch(path, {"quantity": quantity})).status_code == 200
            answered = quantity
            assert (await at(ada, there).get(path)).json()["quantity"] == quantity

    await asyncio.gather(write(), *(keep_reading(at(ada, c)) for c in (here, there, there)))

    figures.record(
        "update in one process, read in another",
        f"{UPDATES} updates, {UPDATES + reads} cached reads, {stale} older than the last update",
    )
    assert stale == 0


async def test_a_deleted_item_is_gone_in_another_process(cluster: Cluster) -> None:
    needs_redis(cluster)
    (_, here), (_, there) = await cluster.start(), await cluster.start()
    ada = await sign_up(here, "Ada")
    path = f"/items/{(await create(ada))['id']}"
    assert (await at(ada, there).get(path)).status_code == 200

    await ada.delete(path)

    assert (await at(ada, there).get(path)).status_code == 404


async def test_without_redis_items_come_from_the_database(cluster: Cluster) -> None:
    app, client = await cluster.start(redis_url=SecretStr("redis://127.0.0.1:1/0"))
    ada = await sign_up(client, "Ada")
    path = f"/items/{(await create(ada))['id']}"
    with watched(app) as statements:
        for quantity in range(3):
            assert (await ada.patch(path, {"quantity": quantity})).status_code == 200
            assert (await ada.get(path)).json()["quantity"] == quantity

    assert sum(one.sql.startswith("SELECT") for one in statements) >= 6


async def test_one_of_several_processes_without_redis_keeps_nothing(cluster: Cluster) -> None:
    (_, here), (_, there) = [await cluster.start(redis_url=None, processes=2) for _ in range(2)]
    ada = await sign_up(here, "Ada")
    path = f"/items/{(await create(ada))['id']}"
    for quantity in range(3):
        await ada.patch(path, {"quantity": quantity})
        answers = [await at(ada, client).get(path) for client in (here, there)]
        assert [answer.json()["quantity"] for answer in answers] == [quantity] * 2


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", "/items/{id}", 200, "private, no-cache"),
        ("HEAD", "/items/{id}", 200, "private, no-cache"),
        ("GET", "/items", 200, "private, no-cache"),
        ("GET", "/users/me", 200, "private, no-cache"),
        ("GET", "/items/0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59", 404, "no-store"),
        ("GET", "/items?limit=0", 422, "no-store"),
        ("PATCH", "/items/{id}", 200, "no-store"),
        ("DELETE", "/items/{id}", 204, "no-store"),
        ("GET", "/health/live", 200, "no-store"),
        ("POST", "/auth/token", 415, "no-store"),
    ],
)
async def test_who_may_keep_an_answer(
    ada: Caller, method: str, path: str, status: int, expected: str
) -> None:
    item = await create(ada)
    body: dict[str, str] | None = {} if method in {"PATCH", "POST"} else None

    answer = await ada.request(method, path.format(id=item["id"]), body)

    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, expected)
    secured = path.startswith(("/items", "/users"))
    assert ("Authorization" in answer.headers.get("Vary", "")) == secured


async def test_an_anonymous_answer_to_a_secured_operation_varies_too(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get("/items")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (401, "no-store")
    assert "Authorization" in answer.headers["Vary"]


async def test_an_answer_without_body_keeps_the_validators(ada: Caller) -> None:
    path = f"/items/{(await create(ada))['id']}"
    whole = await ada.get(path)

    answer = await ada.request("GET", path, **{"If-None-Match": whole.headers["ETag"]})

    assert (answer.status_code, answer.content) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert answer.headers[name] == whole.headers[name]
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"seconds": 60}, "private, max-age=60"),
        ({"seconds": 60, "public": False}, "private, max-age=60"),
        ({"seconds": 3600, "public": True}, "public, max-age=3600"),
    ],
    ids=str,
)
async def test_the_contract_may_let_an_answer_be_kept(
    ada: Caller, monkeypatch: pytest.MonkeyPatch, rule: dict[str, Any], expected: str
) -> None:
    extend(monkeypatch, OPERATIONS["getLiveness"], **rule)
    extend(monkeypatch, OPERATIONS["getItem"], **rule)
    path = f"/items/{(await create(ada))['id']}"
    whole = await ada.get(path)

    kept = [await ada.get("/health/live"), whole]
    kept += [await ada.request("GET", path, **{"If-None-Match": whole.headers["ETag"]})]
    refused = await ada.get(f"/items/{uuid4()}")

    assert [answer.headers["Cache-Control"] for answer in kept] == [expected] * 3
    assert refused.headers["Cache-Control"] == "no-store"
