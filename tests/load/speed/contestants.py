"""Servers in processes of their own, and what a burst of requests costs them."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from tests.backends import answers
from tests.waiting import wait_until

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What a burst cost.

    Attributes:
        cpu: Processor time of the server per request, in seconds.
        rate: Requests per second.
    """

    cpu: float
    rate: float


@dataclass(frozen=True)
class Server:
    """A server on a port of 127.0.0.1."""

    pid: int
    port: int

    def cpu_seconds(self) -> float:
        """Return the processor time of all threads of the server."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_mib(self) -> float:
        """Return the resident memory of the server."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    async def burst(
        self, requests: Sequence[bytes], *, expected: int, connections: int, count: int
    ) -> Cost:
        """Send requests in turn over some connections, each as soon as the last is answered.

        Raises:
            AssertionError: An answer has another status than expected.
        """
        turn, left = cycle(requests), iter(range(count))

        async def client() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            for _ in left:
                writer.write(next(turn))
                status = await read_answer(reader)
                assert status == expected, f"{status} instead of {expected}"
            writer.close()

        begun, before = time.perf_counter(), self.cpu_seconds()
        await asyncio.gather(*(client() for _ in range(connections)))
        seconds, cpu = time.perf_counter() - begun, self.cpu_seconds() - before
        return Cost(cpu / count, count / seconds)


async def read_answer(reader: asyncio.StreamReader) -> int:
    """Read one answer; return its status."""
    header = await reader.readuntil(b"\r\n\r\n")
    lowered = header.lower()
    if b"\r\ncontent-length:" in lowered:
        length = int(lowered.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
    return int(header[9:12])


def request(
    method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Return the bytes of a request."""
    fields = {"Host": "api.example.com", **(headers or {})}
    if body:
        fields["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


@contextmanager
def serving(name: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Serve one of those that are compared in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.load.speed.serve", name, str(port)]
    with subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(
                lambda: answers(f"http://127.0.0.1:{port}", port), about=lambda: f"{name} is away"
            )
            yield Server(process.pid, port)
        finally:
            process.terminate()
