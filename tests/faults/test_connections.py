"""More silent connections than the process may open files."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.apps import make_settings
from tests.contract.server import Server, serve
from tests.waiting import LIMIT_SECONDS

SILENT = 1_100
LIMIT = 1_024


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that may open as many files as is usual."""
    settings = make_settings(header_timeout_seconds=LIMIT_SECONDS)
    with serve(settings, tmp_path, ready_at="/health/live") as server:
        resource.prlimit(server.process_id, resource.RLIMIT_NOFILE, (LIMIT, LIMIT))
        yield server


@pytest.mark.fault
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process")
def test_silent_connections_keep_no_health_check_out(server: Server) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * SILENT), hard))
    address = ("127.0.0.1", httpx2.URL(server.url).port or 0)
    with ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for _ in range(SILENT):
            stack.enter_context(socket.create_connection(address))

        url = f"{server.url}/health/live"
        answers = [httpx2.get(url, timeout=LIMIT_SECONDS) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "Idle for longest while MAX_CONNECTIONS are open." in server.log.read_text()
