"""A process that gets too little CPU does not take Redis for dead, nor burden the database."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.main import create_app
from app.telemetry.metrics import REDIS_UP
from tests import backends, figures
from tests.apps import changed, started
from tests.clients import Caller, sign_up
from tests.items import create
from tests.metrics import value_of
from tests.statements import watched

LIMIT = float(Settings.model_fields["redis_timeout_seconds"].default)
CLIENTS = 16
REQUESTS = 500
HOGS = 4


@dataclass(frozen=True)
class Site:
    """A user of an application of its own, and the path of an item that is in its cache."""

    app: FastAPI
    ada: Caller
    path: str

    async def read(self) -> None:
        """Read the item, which costs no statement."""
        assert (await self.ada.get(self.path)).status_code == 200


@pytest.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    if settings.redis_url is None:
        pytest.skip("there is no Redis to lose")
    own = {"redis_prefix": f"test:{uuid4().hex}:", "redis_timeout_seconds": LIMIT}
    app = create_app(changed(settings, log_level="ERROR", **own))
    async with started(app) as client:
        ada = await sign_up(client, "Ada")
        site = Site(app, ada, f"/items/{(await create(ada))['id']}")
        await site.read()
        yield site


@contextmanager
def late_loop() -> Iterator[None]:
    """Let every turn of the event loop come later than a call to Redis may take."""
    loop, is_over = asyncio.get_running_loop(), False

    def block() -> None:
        time.sleep(1.2 * LIMIT)
        if not is_over:
            loop.call_soon(block)

    loop.call_soon(block)
    try:
        yield
    finally:
        is_over = True


@contextmanager
def busy_machine() -> Iterator[None]:
    """Let other processes want all processors."""
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(HOGS)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


async def test_a_late_loop_makes_no_request_dearer(site: Site) -> None:
    await site.app.state.resources.limiter._redis._redis.connection_pool.disconnect()

    with watched(site.app) as statements, late_loop():
        await site.read()
        await site.read()

    assert statements == []
    assert value_of(REDIS_UP) == 1


async def cost(site: Site) -> tuple[float, float]:
    """Return statements and milliseconds of CPU per request of many clients."""
    left = REQUESTS

    async def client() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await site.read()

    with watched(site.app) as statements:
        begun = time.process_time()
        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        seconds = time.process_time() - begun
    return len(statements) / REQUESTS, 1_000 * seconds / REQUESTS


@pytest.mark.load
async def test_what_a_request_costs_on_a_busy_machine(site: Site, settings: Settings) -> None:
    calm = await cost(site)
    with busy_machine():
        busy = await cost(site)

    figures.record(
        f"cached read, {CLIENTS} clients [{backends.kind_of(settings)}]",
        f"calm {calm[0]:.2f} statements, {calm[1]:.2f} ms CPU; "
        f"beside {HOGS} busy processes {busy[0]:.2f} statements, {busy[1]:.2f} ms CPU",
    )
    # Marks of sessions expire meanwhile. Without Redis a request has two statements.
    assert busy[0] < 0.5
