"""A Redis server of a test's own, to stop and start."""

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from tests.waiting import LIMIT_SECONDS, wait_until

_PROGRAM = shutil.which("redis-server")

needs_redis_server = pytest.mark.skipif(_PROGRAM is None, reason="there is no redis-server to run")


class RedisServer:
    """A server that keeps nothing on disk."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self._port}/0"

    @property
    def client(self) -> redis.Redis:
        """A client of the server without short timeouts."""
        return redis.Redis.from_url(self.url, decode_responses=True)

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        assert _PROGRAM is not None
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly"]
        self._process = subprocess.Popen(
            [_PROGRAM, *options, "no"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self._answers, about=lambda: "redis-server does not answer")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it; its connections break."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            self._process.wait(timeout=LIMIT_SECONDS)
            self._process = None

    def freeze(self) -> None:
        """Let it keep its connections and answer nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it answer again."""
        self._signal(signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(what)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "redis-server ended"
        with self.client as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Give a running server."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
