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
from tests.waiting import LIMIT_SECONDS, wait_until


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
    url, file = f"http://127.0.0.1:{port}", folder / "server.log"
    command = [sys.executable, "-m", "app.manage", "serve", "--port", str(port)]
    with (
        file.open("wb") as log,
        # The folder has no .env: the settings are all that the server knows.
        subprocess.Popen(
            command, cwd=folder, env=_environment(settings, url), stdout=log, stderr=log
        ) as process,
    ):
        server = Server(url, process.pid, file)
        try:
            _wait_until_ready(server, process, ready_at)
            yield server
        finally:
            process.terminate()
            process.wait()
            secrets_seen.lines.append(file.read_text(errors="replace"))


def _environment(settings: Settings, url: str) -> dict[str, str]:
    given = settings.model_dump(include=settings.model_fields_set, exclude_none=True)
    named = {name.upper(): _plain(value) for name, value in given.items()}
    return os.environ | {"PYTHONPATH": str(ROOT), "PUBLIC_URL": url} | named


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], path: str) -> None:
    with httpx2.Client(base_url=server.url, timeout=LIMIT_SECONDS) as client:

        def is_ready() -> bool:
            assert process.poll() is None, server.log.read_text()
            try:
                return client.get(path).is_success
            except httpx2.TransportError:
                return False

        wait_until(is_ready, about=server.log.read_text)
