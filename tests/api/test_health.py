"""The probes over HTTP."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import httpx2
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.db.unit_of_work import Database
from app.main import create_app
from app.services.health import Health
from app.telemetry.health import FAILURES, Probes
from tests.apps import changed, make_settings, started
from tests.problems import assert_problem
from tests.versions import PREFIX
from tests.waiting import LIMIT_SECONDS, until

ROOTS = ["http://test", f"http://test{PREFIX}"]


class Dependency:
    """Something that can be switched off and on."""

    def __init__(self) -> None:
        self.is_down = False
        self._probed = asyncio.Event()

    async def probe(self) -> None:
        self._probed.set()
        if self.is_down:
            raise ConnectionError("it is switched off")

    async def switch(self, *, down: bool) -> None:
        """Wait until as many whole probes have seen the new state as it takes to be down."""
        self.is_down = down
        for _ in range(1 + FAILURES):
            self._probed.clear()
            await self._probed.wait()


@pytest.mark.parametrize("root", ROOTS)
async def test_a_running_process_is_live(client: httpx2.AsyncClient, root: str) -> None:
    answer = await client.get(f"{root}/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


@pytest.mark.parametrize("root", ROOTS)
async def test_a_process_whose_database_answers_is_ready(
    client: httpx2.AsyncClient, root: str
) -> None:
    answers: list[httpx2.Response] = []

    async def is_ready() -> bool:
        answers.append(await client.get(f"{root}/health/ready"))
        return answers[-1].status_code == 200

    await until(is_ready)

    body = answers[-1].json()
    assert body["status"] == "ready"
    database = next(check for check in body["checks"] if check["name"] == "database")
    assert database["status"] == "up"
    assert database["age_seconds"] >= 0


async def test_a_process_without_its_database_is_live_but_not_ready() -> None:
    async with started(create_app(make_settings())) as client:
        ready = await client.get("/health/ready")
        live = await client.get("/health/live")

    problem = assert_problem(ready, 503, "service-unavailable")
    assert problem["detail"] == "Not ready: database is down."
    assert int(ready.headers["Retry-After"]) > 0
    assert live.status_code == 200


async def test_readiness_follows_what_the_process_depends_on() -> None:
    app: FastAPI = create_app(make_settings())
    queue = Dependency()
    probes = Probes({"queue": queue.probe}, interval_seconds=0, timeout_seconds=LIMIT_SECONDS)

    async with started(app) as client, probes.watch():
        app.state.services = replace(app.state.services, health=Health(probes))
        assert (await client.get("/health/ready")).status_code == 200

        await queue.switch(down=True)
        problem = assert_problem(await client.get("/health/ready"), 503, "service-unavailable")
        assert problem["detail"] == "Not ready: queue is down."

        await queue.switch(down=False)
        assert (await client.get("/health/ready")).status_code == 200


async def test_a_process_whose_connections_are_all_in_use_is_ready(settings: Settings) -> None:
    app = create_app(changed(settings, database_pool_size=1, database_max_overflow=1))
    async with started(app) as client, AsyncExitStack() as busy:
        database: Database = app.state.resources.database
        for _ in range(2):
            await busy.enter_async_context(database.read())

        await probed(app)

        assert (await client.get("/health/ready")).status_code == 200


async def test_a_long_write_leaves_a_process_ready(settings: Settings) -> None:
    app = create_app(settings)
    async with started(app) as client, app.state.resources.database.write() as work:
        await work.users.find_by_email("ada@example.com")

        await probed(app)

        assert (await client.get("/health/ready")).status_code == 200


async def probed(app: FastAPI) -> None:
    """Wait until probes of the database that begin from now on could have taken it down."""
    probes: Probes = app.state.resources.probes
    seen = [probes.results["database"]]

    def has_another_result() -> bool:
        if (result := probes.results["database"]) is not seen[-1]:
            seen.append(result)
        return len(seen) > 1 + FAILURES

    await until(has_another_result)
