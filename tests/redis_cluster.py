"""Redis in several processes: a cluster of three nodes, and a primary with a Sentinel.

One primary of each has a replica, which takes over when a test kills it.
"""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.waiting import LIMIT_SECONDS, wait_until

_SLOTS = 16_384
_NODES = 3
# Less would take a busy machine for a dead one.
_DOWN_MILLISECONDS = 2_000


@dataclass(frozen=True)
class Servers:
    """Running servers.

    Attributes:
        url: A node of the cluster, or the Sentinel.
    """

    url: str
    _primary: "subprocess.Popen[bytes]"
    _replica: redis.Redis

    def kill_primary(self) -> None:
        """Kill the primary that has a replica."""
        self._primary.kill()
        self._primary.wait(timeout=LIMIT_SECONDS)

    def clients_of_replica(self) -> int:
        """Return the number of connections of clients to the replica."""
        return len(self._replica.client_list(_type="normal"))

    def fail_over(self) -> None:
        """Kill the primary that has a replica, and wait until that has taken over."""
        self.kill_primary()
        wait_until(
            lambda: self._replica.role()[0] == b"master",
            about=lambda: "the replica does not take over",
        )


@contextmanager
def redis_cluster(folder: Path) -> Iterator[Servers]:
    """Give a cluster; its URL names the node that `fail_over` kills."""
    ports = _free_ports(_NODES + 1)
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", str(_DOWN_MILLISECONDS))
    with ExitStack() as stack:
        processes = [stack.enter_context(_server(folder, port, *options)) for port in ports]
        nodes = [stack.enter_context(redis.Redis(port=port)) for port in ports]
        for place, node in enumerate(nodes):
            if place < _NODES:
                first, last = place * _SLOTS // _NODES, (place + 1) * _SLOTS // _NODES - 1
                node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
            node.execute_command("CLUSTER", "MEET", "127.0.0.1", ports[0])
        _wait(lambda: all(_is_complete(node) for node in nodes))
        replica = nodes[_NODES]
        name = nodes[0].execute_command("CLUSTER", "MYID").decode()
        replica.execute_command("CLUSTER", "REPLICATE", name)
        _wait(lambda: _has_followed(replica) and _knows_a_replica(nodes))
        yield Servers(f"redis://127.0.0.1:{ports[0]}/0", processes[0], replica)


@contextmanager
def redis_sentinel(folder: Path, service: str) -> Iterator[Servers]:
    """Give a Sentinel that knows a primary by the name."""
    primary, copy, sentinel = _free_ports(3)
    config = folder / "sentinel.conf"
    config.write_text(
        f"sentinel monitor {service} 127.0.0.1 {primary} 1\n"
        f"sentinel down-after-milliseconds {service} {_DOWN_MILLISECONDS}\n"
    )
    with (
        _server(folder, primary) as process,
        _server(folder, copy, "--replicaof", "127.0.0.1", str(primary)),
        _server(folder, sentinel, str(config), "--sentinel"),
        redis.Redis(port=copy) as replica,
        redis.Redis(port=sentinel) as watcher,
    ):
        _wait(lambda: _has_followed(replica))
        _wait(lambda: len(watcher.sentinel_slaves(service)) == 1)
        yield Servers(f"redis://127.0.0.1:{sentinel}/0", process, replica)


@contextmanager
def _server(folder: Path, port: int, *options: str) -> "Iterator[subprocess.Popen[bytes]]":
    program = shutil.which("redis-server")
    assert program is not None
    own = folder / str(port)
    own.mkdir()
    common = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(own), "--save", ""]
    # A replica gets its copy at once.
    common += ["--repl-diskless-sync-delay", "0"]
    with subprocess.Popen(
        [program, *options, *common], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(lambda: _answers(port), about=lambda: "redis-server does not answer")
            yield process
        finally:
            process.terminate()


def _wait(holds: Callable[[], bool]) -> None:
    wait_until(holds, about=lambda: "the servers do not find each other")


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


def _is_complete(node: redis.Redis) -> bool:
    info = bytes(node.execute_command("CLUSTER", "INFO"))  # type: ignore[no-untyped-call]
    return b"cluster_state:ok" in info and b"cluster_known_nodes:%d" % (_NODES + 1) in info


def _has_followed(replica: redis.Redis) -> bool:
    return str(replica.info("replication").get("master_link_status")) == "up"


def _knows_a_replica(nodes: list[redis.Redis]) -> bool:
    return all(
        b"slave" in bytes(node.execute_command("CLUSTER", "NODES"))  # type: ignore[no-untyped-call]
        for node in nodes
    )
