"""Reads from a replica that is behind, down, or no replica at all."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr

from app.core.config import Settings
from app.db.engine import make_engine
from app.db.replica import Replica
from app.db.unit_of_work import Database
from app.main import create_app
from tests import backends, figures
from tests.apps import make_settings, started
from tests.clients import Caller, sign_up
from tests.postgresql_replica import Server, needs_postgresql_programs, primary_and_replica
from tests.waiting import until

pytestmark = [pytest.mark.fault, needs_postgresql_programs]

CLIENTS = 8
ROUNDS = 20


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    with primary_and_replica() as (primary, replica):
        backends.migrate(make_settings(database_url=SecretStr(primary.url)))
        yield primary, replica


@pytest.fixture
def replica(servers: tuple[Server, Server]) -> Server:
    return servers[1]


@pytest.fixture
def settings(servers: tuple[Server, Server]) -> Settings:
    primary, replica = servers
    return make_settings(
        database_url=SecretStr(primary.url),
        database_replica_url=SecretStr(replica.url),
        bcrypt_rounds=4,
        log_level="ERROR",
    )


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    async with started(create_app(settings)) as client:
        yield client


@pytest.fixture
async def ada(client: httpx2.AsyncClient) -> Caller:
    return await sign_up(client, "Ada")


def reads(result: str) -> float:
    """Return how many reads had this result so far."""
    return REGISTRY.get_sample_value("database_replica_reads_total", {"result": result}) or 0.0


async def rename_and_read(caller: Caller, name: str) -> str:
    """Give a user another name; return the one that a read has afterwards."""
    assert (await caller.patch("/users/me", {"display_name": name})).status_code == 200
    return str((await caller.get("/users/me")).json()["display_name"])


async def test_a_read_from_the_replica_has_what_was_written_before(
    client: httpx2.AsyncClient,
) -> None:
    before = {result: reads(result) for result in ("replica", "behind")}

    async def write_and_read(number: int) -> list[str]:
        caller = await sign_up(client, f"User{number}")
        return [await rename_and_read(caller, f"Name {n}") for n in range(ROUNDS)]

    seen = await asyncio.gather(*(write_and_read(n) for n in range(CLIENTS)))

    counts = {result: reads(result) - before[result] for result in before}
    figures.record(f"reads right after a write, {CLIENTS} clients, by server", str(counts))
    assert seen == [[f"Name {n}" for n in range(ROUNDS)]] * CLIENTS
    assert counts["replica"] > 0


async def test_a_client_reads_its_own_writes_while_the_replica_is_behind(
    ada: Caller, replica: Server
) -> None:
    replica.run("SELECT pg_wal_replay_pause()")
    behind = reads("behind")

    seen = await rename_and_read(ada, "Countess")

    replica.run("SELECT pg_wal_replay_resume()")
    assert seen == "Countess"
    assert reads("behind") > behind


async def test_the_primary_is_read_while_the_replica_is_down(ada: Caller, replica: Server) -> None:
    replica.stop()
    unavailable = reads("unavailable")

    seen = [await rename_and_read(ada, f"Name {n}") for n in range(3)]

    assert seen == ["Name 0", "Name 1", "Name 2"]
    assert reads("unavailable") > unavailable
    replica.start()
    used = reads("replica")

    async def is_used_again() -> bool:
        assert (await ada.get("/users/me")).status_code == 200
        return reads("replica") > used

    await until(is_used_again)


async def test_a_server_that_follows_nobody_is_not_read(settings: Settings) -> None:
    engine, outcomes = make_engine(settings), list[str]()
    database = Database(engine, replica=Replica(engine, engine, outcomes.append))

    await database.ping()

    await engine.dispose()
    assert outcomes == ["behind"]
