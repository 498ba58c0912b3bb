"""The application as it runs in production, in a process of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from pydantic import SecretStr

from app.core.config import Settings
from tests import secrets_seen
from tests.conftest import ROOT

_SECONDS_TO_START = 30
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Server:
    """A running server: its address, its process, and the file that it logs to."""

    url: str
    process_id: int
    log: Path


@contextmanager
def serve(settings: Settings, folder: Path, ready_at: str = "/health/ready") -> Iterator[Server]:
    """Serve the application on a free port until the block ends; wait until a path answers 2xx."""
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    file = folder / "server.log"
    command = [sys.executable, "-m", "app.manage", "serve", "--port", str(port)]
    with (
        file.open("wb") as log,
        # The folder has no .env: the settings are all that the server knows.
        subprocess.Popen(
            command, cwd=folder, env=_environment(settings), stdout=log, stderr=log
        ) as process,
    ):
        server = Server(f"http://127.0.0.1:{port}", process.pid, file)
        try:
            _wait_until_ready(server, process, ready_at)
            yield server
        finally:
            process.terminate()
            process.wait()
            secrets_seen.lines.append(file.read_text(errors="replace"))


def _environment(settings: Settings) -> dict[str, str]:
    given = settings.model_dump(include=settings.model_fields_set, exclude_none=True)
    variables = {name.upper(): _plain(value) for name, value in given.items()}
    return os.environ | {"PYTHONPATH": str(ROOT)} | variables


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], path: str) -> None:
    with httpx2.Client(base_url=server.url) as client:
        for _ in range(round(_SECONDS_TO_START / _PAUSE_SECONDS)):
            try:
                if client.get(path).is_success:
                    return
            except httpx2.TransportError:
                pass
            try:
                process.wait(_PAUSE_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            break
    raise RuntimeError(f"the server did not start:\n{server.log.read_text()}")
