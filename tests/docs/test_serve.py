"""`make docs-serve` shows every kind of edit, without a restart."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.docs.follow import TOOLS_ARE_THERE, clone
from tests.waiting import LIMIT_SECONDS, wait_for_listener, wait_until

pytestmark = pytest.mark.clone

_BUILD_SECONDS = 900  # of which a quiet machine needs few
_OPEN = build_opener(ProxyHandler({})).open
EDITS = {
    "README": ("app/core/README.md", "# ", "app/core/", "# Edited: "),
    "page": ("docs/ARCHITECTURE.md", "# ", "docs/ARCHITECTURE/", "# Edited: "),
    "contract": (
        "spec/v1/users.yaml",
        "summary: Change an account",
        "docs/reference/api/v1/users/updateUser/",
        "summary: Edited for a test",
    ),
    "docstring": (
        "app/core/cache.py",
        "Return the value of a key;",
        "docs/reference/code/app/core/cache/",
        "Edited for a test;",
    ),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Serve a copy of the repository; give its folder and the site's address."""
    folder = clone(tmp_path_factory.mktemp("served"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "serve.log"
    make = shutil.which("make") or "make"
    command = [make, *TOOLS_ARE_THERE, "docs-serve", f"DOCS_PORT={port}"]
    with (
        log.open("w") as out,
        subprocess.Popen(
            command, cwd=folder, stdout=out, stderr=out, start_new_session=True
        ) as process,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for_listener(port, process, about=log.read_text, limit_seconds=_BUILD_SECONDS)
            yield folder, address
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=LIMIT_SECONDS)


@pytest.mark.parametrize("kind", EDITS)
def test_an_edit_is_shown(served: tuple[Path, str], kind: str) -> None:
    folder, address = served
    path, old, page, new = EDITS[kind]
    text = (folder / path).read_text(encoding="utf-8")
    assert "Edited" not in _read(f"{address}/{page}")

    (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    wait_until(
        lambda: "Edited" in _read(f"{address}/{page}"),
        about=(folder / "serve.log").read_text,
        limit_seconds=_BUILD_SECONDS,
    )


def _read(url: str) -> str:
    with suppress(URLError, OSError), _OPEN(url, timeout=_BUILD_SECONDS) as answer:
        return str(answer.read().decode())
    return ""
