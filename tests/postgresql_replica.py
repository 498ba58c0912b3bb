"""PostgreSQL in two processes of a test's own: a primary, and a streaming replica of it."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from tests.waiting import LIMIT_SECONDS, wait_until

_FOLDERS = [os.environ.get("PATH", ""), *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
_PROGRAMS = os.pathsep.join(_FOLDERS)
# PostgreSQL refuses to run as root.
_USER = "nobody" if getpass.getuser() == "root" else None

needs_postgresql_programs = pytest.mark.skipif(
    shutil.which("postgres", path=_PROGRAMS) is None, reason="there is no PostgreSQL to run"
)


class Server:
    """A server on a free port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
        command = [_program("postgres"), "-D", str(self.folder), "-p", str(self.port)]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *(f"-c{option}" for option in options)],
                stdout=log,
                stderr=log,
                user=_USER,
            )
        wait_until(self._answers, about=lambda: "PostgreSQL does not answer")

    def stop(self) -> None:
        """End it at once; its connections break."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=LIMIT_SECONDS)
            self._process = None

    def run(self, statement: str) -> None:
        """Run a statement."""
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(statement.encode())

    @property
    def _address(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres"

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "PostgreSQL ended"
        try:
            psycopg.connect(self._address).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def primary_and_replica() -> Iterator[tuple[Server, Server]]:
    """Give two running servers, the second of which follows the first."""
    with TemporaryDirectory(prefix="test-replica-") as name:
        folder = Path(name)
        if _USER is not None:
            shutil.chown(folder, _USER)
        primary, replica = Server(folder / "primary"), Server(folder / "replica")
        try:
            _run("initdb", "-D", str(primary.folder), "-U", "postgres", "-A", "trust", "-N")
            primary.start()
            source = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres"]
            _run("pg_basebackup", "-D", str(replica.folder), *source, "-R", "-c", "fast", "-N")
            replica.start()
            yield primary, replica
        finally:
            replica.stop()
            primary.stop()


def _program(name: str) -> str:
    program = shutil.which(name, path=_PROGRAMS)
    assert program is not None, f"{name} is missing"
    return program


def _run(name: str, *arguments: str) -> None:
    command: Sequence[str] = [_program(name), *arguments]
    subprocess.run(command, check=True, capture_output=True, user=_USER, cwd="/")
