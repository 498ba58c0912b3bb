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
from tests.contract.server import Server, serve
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
