"""The repository without each of its parts: types, lint, imports, contract and tests."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spec.product.drop import tool
from spec.product.init import optional_parts
from tests import figures
from tests.docs.follow import GIT, clone

pytestmark = pytest.mark.parts

PYTHON = sys.executable
STATIC_CHECKS = (
    (tool("mypy"),),
    (tool("lint-imports"), "--no-cache"),
    (tool("ruff"), "check", "--quiet", "."),
    (tool("black"), "--check", "--quiet", "."),
    (tool("isort"), "--check", "--quiet", "."),
    (tool("rumdl"), "check", "--quiet", "."),
    (PYTHON, "-m", "spec", "check"),
    (PYTHON, "-m", "spec", "lint"),
)
# What a part needs of a server is tested with all parts.
TESTS = (tool("pytest"), "--quiet", "--exitfirst", "-k", "not postgresql")
CHECKS = (*STATIC_CHECKS, (*TESTS, "tests"))
SETS = [(name,) for name in optional_parts()] + [tuple(optional_parts())]
TRACES = (
    "fastapi-contract-first|Items API|itemsapi|whose contract comes first"
    "|(#|<!--) (part [a-z_]+|end part)( -->)?$"
)


def run(folder: Path, *command: str) -> str:
    """Run a command that has to succeed; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.mark.parametrize("names", SETS, ids="+".join)
def test_what_is_left_without_a_part_passes_its_checks(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    folder, started = clone(tmp_path), time.monotonic()

    run(folder, PYTHON, "-m", "spec", "drop", *names)

    for check in CHECKS:
        run(folder, *check)
    figures.record(f"without {'+'.join(names)}", f"{time.monotonic() - started:.0f} s")


@pytest.mark.parametrize("dropped", [(), tuple(optional_parts())], ids=["nothing", "everything"])
def test_a_product_bears_its_name_and_no_trace_of_the_template(
    dropped: tuple[str, ...], tmp_path: Path
) -> None:
    folder = clone(tmp_path)
    names = ("--name", "Parcel API", "--description", "Parcels and where they are.")

    run(folder, PYTHON, "-m", "spec", "init", *names, "--drop", *dropped)

    found = subprocess.run(
        [GIT, "grep", "--untracked", "-nE", TRACES], cwd=folder, capture_output=True, check=False
    )
    assert found.stdout.decode() == ""
    assert not (folder / "spec/product").exists()
    for file in ("README.md", "mkdocs.yml", "pyproject.toml", "Dockerfile", "spec/v1/openapi.yaml"):
        assert "Parcels and where they are." in (folder / file).read_text(encoding="utf-8")
    for check in CHECKS:
        run(folder, *check)
