"""What Prometheus reads, and where."""

import socket

import httpx2
import pytest

from app.core.config import WrongSettings
from app.telemetry.metrics import REQUEST_SECONDS, serve_metrics
from tests.waiting import LIMIT_SECONDS

HOST = "127.0.0.1"


@pytest.fixture
def port() -> int:
    """Return a port that is free, as is the next one."""
    while True:
        with socket.create_server((HOST, 0)) as first:
            port = int(first.getsockname()[1])
            try:
                socket.create_server((HOST, port + 1)).close()
            except OSError:
                continue
        return port


def read(port: int) -> str:
    with httpx2.Client(trust_env=False, timeout=LIMIT_SECONDS) as client:
        return client.get(f"http://{HOST}:{port}/metrics").raise_for_status().text


async def test_an_invented_method_has_no_series_of_its_own(client: httpx2.AsyncClient) -> None:
    await client.request("INVENTED", "/nothing")

    series = [sample.labels for metric in REQUEST_SECONDS.collect() for sample in metric.samples]
    assert {"other"} <= {labels["method"] for labels in series}
    assert "INVENTED" not in {labels["method"] for labels in series}


def test_metrics_are_served_until_the_block_ends(port: int) -> None:
    with serve_metrics("METRICS_PORT", HOST, port, processes=1):
        assert "# TYPE task_attempt_seconds histogram" in read(port)

    with pytest.raises(httpx2.ConnectError):
        read(port)


def test_the_next_process_takes_the_next_port(port: int) -> None:
    with (
        serve_metrics("METRICS_PORT", HOST, port, processes=2),
        serve_metrics("METRICS_PORT", HOST, port, processes=2),
    ):
        assert "# TYPE" in read(port)
        assert "# TYPE" in read(port + 1)


def test_more_processes_than_expected_are_refused_by_the_settings_name(port: int) -> None:
    with (
        serve_metrics("METRICS_PORT", HOST, port, processes=1),
        pytest.raises(WrongSettings, match=r"METRICS_PORT: .*in use"),
        serve_metrics("METRICS_PORT", HOST, port, processes=1),
    ):
        pass
