"""How the API stops: it tells proxies, and serves until they have noticed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from tests import backends
from tests.apps import make_settings
from tests.clients import sign_up
from tests.contract.server import Server, serve
from tests.sockets import end, opened  # part files
from tests.versions import PREFIX  # part files
from tests.waiting import LIMIT_SECONDS, wait_until

pytestmark = pytest.mark.process

LONG = 100_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return an API that drains longer than any test takes."""
    with (
        backends.migrated("sqlite", tmp_path) as url,
        serve(make_settings(database_url=SecretStr(url), drain_seconds=LONG), tmp_path) as server,
    ):
        yield server


@pytest.fixture
def http(server: Server) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server.url, timeout=LIMIT_SECONDS) as client:
        yield client


def stop(server: Server, http: httpx2.Client) -> None:
    """Ask the API to stop, and wait until it is not ready."""
    os.kill(server.process_id, signal.SIGTERM)
    wait_until(
        lambda: http.get("/health/ready").status_code == 503, about=lambda: "it is still ready"
    )


def test_a_stopping_process_serves_but_is_not_ready(server: Server, http: httpx2.Client) -> None:
    stop(server, http)

    readiness = http.get("/health/ready")
    assert readiness.json()["detail"] == "Not ready: the process is stopping."
    assert http.get("/health/live").status_code == 200
    os.kill(server.process_id, signal.SIGTERM)


def test_a_second_signal_stops_the_process_at_once(server: Server, http: httpx2.Client) -> None:
    stop(server, http)

    os.kill(server.process_id, signal.SIGTERM)

    wait_until(
        lambda: "Finished server process" in server.log.read_text(), about=server.log.read_text
    )


# part files
@pytest.fixture
def quick_server(tmp_path: Path) -> Iterator[Server]:
    """Return an API that does not drain."""
    with (
        backends.migrated("sqlite", tmp_path) as url,
        serve(make_settings(database_url=SecretStr(url)), tmp_path) as server,
    ):
        yield server


async def test_a_process_that_stops_says_so_to_its_sockets(quick_server: Server) -> None:
    async with httpx2.AsyncClient(base_url=quick_server.url + PREFIX) as client:
        ada = await sign_up(client, "Ada")
    address = quick_server.url.replace("http", "ws", 1) + f"{PREFIX}/files/scans"
    socket = await opened(address, ada.headers)

    os.kill(quick_server.process_id, signal.SIGTERM)

    assert await end(socket) == (1012, "")


# end part
