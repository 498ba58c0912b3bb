"""What Prometheus reads, and where."""

import socket

import httpx2
import pytest

from app.telemetry.metrics import serve_metrics


@pytest.fixture
def ports() -> list[int]:
    """Return two free ports."""
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        return [int(listener.getsockname()[1]) for listener in (one, two)]


def read(port: int) -> str:
    with httpx2.Client(trust_env=False) as client:
        return client.get(f"http://127.0.0.1:{port}/metrics").raise_for_status().text


def test_metrics_are_served_until_the_block_ends(ports: list[int]) -> None:
    with serve_metrics("127.0.0.1", ports[:1]):
        assert "# TYPE task_attempt_seconds histogram" in read(ports[0])

    with pytest.raises(httpx2.ConnectError):
        read(ports[0])


def test_the_next_process_takes_the_next_port(ports: list[int]) -> None:
    with serve_metrics("127.0.0.1", ports), serve_metrics("127.0.0.1", ports):
        assert read(ports[0]).splitlines()[0] == read(ports[1]).splitlines()[0]


def test_without_a_free_port_the_start_fails(ports: list[int]) -> None:
    with (
        serve_metrics("127.0.0.1", ports[:1]),
        pytest.raises(OSError, match="in use"),
        serve_metrics("127.0.0.1", ports[:1]),
    ):
        pass
