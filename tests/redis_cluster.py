"""Redis in several processes: a cluster of three nodes, and a primary with a Sentinel."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis

from tests.waiting import wait_until

_SLOTS = 16_384


@contextmanager
def _server(folder: Path, port: int, *options: str) -> Iterator[None]:
    program = shutil.which("redis-server")
    assert program is not None
    common = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    with subprocess.Popen(
        [program, *options, *common], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(lambda: _answers(port), about=lambda: "redis-server does not answer")
            yield
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    with redis.Redis(port=port) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def _free_ports(count: int) -> list[int]:
    """Return free ports; a node of a cluster also uses the port that is 10 000 higher."""
    with ExitStack() as stack:
        found: list[int] = []
        while len(found) < count:
            port = stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            if port < 55_000:
                found.append(port)
        return found


@contextmanager
def redis_cluster(folder: Path) -> Iterator[str]:
    """Give the URL of a node of a cluster."""
    ports = _free_ports(3)
    with ExitStack() as stack:
        for port in ports:
            own = folder / str(port)
            own.mkdir()
            options = ("--cluster-enabled", "yes", "--save", "", "--appendonly", "no")
            stack.enter_context(_server(own, port, *options))
        nodes = [stack.enter_context(redis.Redis(port=port)) for port in ports]
        for place, node in enumerate(nodes):
            first, last = place * _SLOTS // 3, (place + 1) * _SLOTS // 3 - 1
            node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
            node.execute_command("CLUSTER", "MEET", "127.0.0.1", ports[0])
        wait_until(
            lambda: all(_is_complete(node) for node in nodes),
            about=lambda: "the cluster does not form",
        )
        yield f"redis://127.0.0.1:{ports[0]}/0"


def _is_complete(node: redis.Redis) -> bool:
    info = bytes(node.execute_command("CLUSTER", "INFO"))  # type: ignore[no-untyped-call]
    return b"cluster_state:ok" in info and b"cluster_known_nodes:3" in info


@contextmanager
def redis_sentinel(folder: Path, service: str) -> Iterator[str]:
    """Give the URL of a Sentinel that knows a primary by the name."""
    primary, sentinel = _free_ports(2)
    config = folder / "sentinel.conf"
    config.write_text(f"sentinel monitor {service} 127.0.0.1 {primary} 1\n")
    with (
        _server(folder, primary, "--save", ""),
        _server(folder, sentinel, str(config), "--sentinel"),
    ):
        yield f"redis://127.0.0.1:{sentinel}/0"
