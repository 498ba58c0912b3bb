"""Every example runs and prints the output on the page; `...` matches anything."""

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path
from typing import Any

import pytest

from app.core.config import Settings
from tests.docs.pages import PAGES, ROOT, Page
from tests.waiting import LIMIT_SECONDS, wait_for_listener


def with_blocks(language: str) -> list[Page]:
    return [page for page in PAGES if any(b.language == language for b in page.blocks)]


def assert_output(got: str, want: str) -> None:
    got = got.replace("\r", "").rstrip() + "\n"
    assert OutputChecker().check_output(want.rstrip() + "\n", got, ELLIPSIS), f"printed:\n{got}"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder like a fresh clone: no `.env`, no database, no settings around it."""
    for name in ("app", "spec", "tests", "alembic.ini", "pyproject.toml", ".env.example"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in list(os.environ):
        if name.lower() in Settings.model_fields or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield tmp_path
    # An example that starts the application has set up the logs of this process.
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("page", with_blocks("python"), ids=str)
def test_python_runs(page: Page, checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"__name__": "example"}
    for block in page.blocks:
        if block.language == "python":
            exec(compile(block.content, page.path, "exec"), names)  # noqa: S102 - our own pages
            printed = capsys.readouterr().out
            assert_output(printed, block.expected or "")


@pytest.mark.parametrize("page", with_blocks("sh"), ids=str)
def test_shell_prints_what_the_page_says(page: Page, checkout: Path) -> None:
    for block in page.blocks:
        if block.language == "sh" and not block.section.startswith("Walk"):
            run_it = block.expected is not None
            printed = shell(block.content, *([] if run_it else ["-n"]))
            assert_output(printed, block.expected or "")


def shell(script: str, *options: str) -> str:
    """Run lines in a shell and return what they print; every line has to succeed."""
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-eu", "-o", "pipefail", *options],
        input=script,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.process
def test_the_walk_through_works(checkout: Path) -> None:
    page = Page("README.md")
    steps = [b for b in page.blocks if b.language == "sh" and b.section.startswith("Walk")]
    mark = "--- end of a block ---"
    with server(checkout) as (address, log):
        script = f"\necho; echo '{mark}'\n".join(step.content for step in steps)
        outputs = shell(script.replace("http://127.0.0.1:8000", address)).split(f"\n{mark}\n")

    for step, output in zip(steps, outputs, strict=True):
        if step.expected:
            assert_output(output, step.expected)
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    answered = [(line["operation"], line["status"]) for line in lines if "operation" in line]
    assert [operation for operation, status in answered if status < 300] == [
        "registerUser",
        "createToken",
        *("createItem", "listItems", "getItem", "updateItem", "deleteItem"),  # part example
    ]
    assert {status for _, status in answered if status >= 300} == set()


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, Path]]:
    """Set up and serve from a folder, as the README says; give the address and the log."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shutil.copy(folder / ".env.example", folder / ".env")
    assert "Password (shown once): " in shell("python -m app.manage setup")
    log = folder / "server.log"
    command = [sys.executable, "-m", "app.manage", "serve", "--port", str(port)]
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            wait_for_listener(port, process, about=log.read_text)
            yield f"http://127.0.0.1:{port}", log
        finally:
            process.terminate()
            process.wait(timeout=LIMIT_SECONDS)
