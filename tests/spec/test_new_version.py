"""A version that was just started passes all checks, on a copy of the repository."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.follow import GIT, TOOLS_ARE_THERE, clone, commit
from tests.structure.test_checks import MAKE, checks

pytestmark = pytest.mark.version

CHECKS = [*checks("FAST"), "test", "contract-test"]
# Besides those of a guide: what `make check` needs of this environment.
INSTALLED = ("-o", ".venv/.requirements-ship", "-o", ".venv/redocly/.installed")


def run(repository: Path, *command: str) -> None:
    environment = {name: it for name, it in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-5000:]}\n{done.stderr[-3000:]}"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which version 2 was started, on top of a commit."""
    root = clone(tmp_path_factory.mktemp("product"))
    run(root, GIT, "checkout", "--quiet", "-b", "main")
    commit(root)
    run(root, sys.executable, "-m", "spec", "new-version")
    return root


@pytest.mark.parametrize("check", CHECKS)
def test_a_started_version_passes(repository: Path, check: str) -> None:
    run(repository, MAKE, *TOOLS_ARE_THERE, *INSTALLED, check)
