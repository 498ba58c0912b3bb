"""The application as it runs in production: served by uvicorn, in a process of its own."""

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
    """A running server: its address, and the file that it logs to."""

    url: str
    log: Path


@contextmanager
def serve(settings: Settings, folder: Path) -> Iterator[Server]:
    """Serve the application on a free port for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}", folder / "server.log")
    command = [sys.executable, "-m", "uvicorn", "app.main:app"]
    command += ["--app-dir", str(ROOT), "--host", "127.0.0.1", "--port", str(port)]
    with (
        server.log.open("wb") as log,
        # The folder has no .env: the settings are all that the server knows.
        subprocess.Popen(
            command, cwd=folder, env=_environment(settings, server.url), stdout=log, stderr=log
        ) as process,
    ):
        try:
            _wait_until_ready(server, process)
            yield server
        finally:
            process.terminate()
            process.wait()
            secrets_seen.lines.append(server.log.read_text(errors="replace"))


def _environment(settings: Settings, url: str) -> dict[str, str]:
    given = settings.model_dump(include=settings.model_fields_set, exclude_none=True)
    named = {name.upper(): _plain(value) for name, value in given.items()}
    return os.environ | {"PUBLIC_URL": url} | named


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    with httpx2.Client(base_url=server.url, timeout=LIMIT_SECONDS) as client:

        def is_ready() -> bool:
            assert process.poll() is None, server.log.read_text()
            try:
                return client.get("/health/ready").is_success
            except httpx2.TransportError:
                return False

        wait_until(is_ready, about=server.log.read_text)
