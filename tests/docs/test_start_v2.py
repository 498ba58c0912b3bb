"""A second version, started and changed by the guide, on a copy of the repository."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import figures
from tests.docs.follow import clone, follow
from tests.docs.pages import Page

pytestmark = pytest.mark.guide


def recorded(repository: Path, folder: Path) -> dict[str, object]:
    """Return what version 1 of a repository answers, on the data in a folder."""
    file = folder / "answers.json"
    command = [sys.executable, "-m", "tests.docs.recorded", str(folder), str(file)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(file.read_text())
    return found


def test_version_1_answers_byte_for_byte_as_before(tmp_path: Path) -> None:
    repository = clone(tmp_path / "repository")
    data = tmp_path / "data"
    data.mkdir()
    before = recorded(repository, data)
    started = time.monotonic()

    follow(Page("docs/how-to/start-v2.md"), repository)

    figures.record("guide start-v2", f"{time.monotonic() - started:.0f} s")
    assert len(before) > 10
    assert recorded(repository, data) == before
