"""Cached reads: what is kept, where and for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from redis.asyncio import Redis

from app.core.config import Settings
from app.main import create_app
from tests import figures
from tests.apps import changed, started
from tests.clients import Caller, sign_up
from tests.items import create
from tests.statements import watched

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
