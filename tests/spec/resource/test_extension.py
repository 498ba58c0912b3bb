"""`tests/extension`: the first request is done by `make resource`."""

import sys
from pathlib import Path

import pytest

from tests import figures
from tests.docs.follow import clone, commit
from tests.extension.measure import by_hand, passed
from tests.spec.resource.test_written import run

FIELDS = "name:string(1..120) archived:bool=false"


@pytest.mark.resource
def test_a_written_resource_passes_the_checks_of_the_first_request(tmp_path: Path) -> None:
    root = clone(tmp_path)
    commit(root)

    run(root, sys.executable, "-m", "spec", "resource", "projects", "--fields", FIELDS)

    files, lines = by_hand(root, "HEAD")
    figures.record("make resource", f"{files} files, {lines} lines written by the command")
    outcomes = passed(root)
    assert outcomes["1"] == {"PASSED": 8}
    assert outcomes["2"]["PASSED"] == 0


def test_generated_and_compiled_files_do_not_count(tmp_path: Path) -> None:
    """A repository with this one's attributes, and a file of each kind."""
    root = clone(tmp_path)
    commit(root)

    for name in ("app/schemas/v1/things.py", "requirements.txt", "app/services/things.py"):
        (root / name).write_text("one = 1\ntwo = 2\n", encoding="utf-8")

    assert by_hand(root, "HEAD") == (1, 2)
