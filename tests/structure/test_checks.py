"""`make check` runs everything that there is to check, and says what failed."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.structure.files import read

MAKE = shutil.which("make") or "make"
MAKEFILE = read(Path("Makefile"))
OPTIONS = tomllib.loads(read(Path("pyproject.toml")))["tool"]["pytest"]
MARKERS = {str(marker).partition(":")[0] for marker in OPTIONS["markers"]}


def checks(kind: str) -> list[str]:
    found = re.findall(rf"^{kind}_CHECKS \+?:?= (.+)$", MAKEFILE, re.MULTILINE)
    return " ".join(found).split()


NIGHTLY = checks("NIGHTLY")
CHECKS = [*checks("SLOW"), *checks("FAST"), *NIGHTLY]


def test_a_plain_run_leaves_out_every_marker() -> None:
    [selected] = [option for option in OPTIONS["addopts"] if option.startswith("-m ")]

    assert set(re.findall(r"\w+", selected)) - {"m", "not", "or"} == MARKERS


@pytest.mark.parametrize("marker", sorted(MARKERS - {"load"}))
def test_every_marker_is_a_check(marker: str) -> None:
    assert f"{marker}-test" in CHECKS


@pytest.mark.parametrize("check", NIGHTLY)
def test_what_make_check_leaves_out_runs_every_night(check: str) -> None:
    assert f"target: {check}," in read(Path(".github/workflows/nightly.yml"))


@pytest.mark.parametrize("check", CHECKS)
def test_onboarding_says_what_to_do_when_a_check_fails(check: str) -> None:
    assert f"`make {check}`" in read(Path("docs/ONBOARDING.md"))


def test_a_recipe_that_runs_make_passes_no_options_on(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "given: $* / $MAKEFLAGS$MAKEOVERRIDES$T$ARGS"\n')
    python.chmod(0o755)
    command = [MAKE, "-f", str(ROOT / "Makefile"), "--jobs=2", "--keep-going"]
    command += ["-o", ".venv/.requirements-dev", f"BIN={tmp_path}", "T=tests/api", "ARGS=-x"]

    made = subprocess.run(
        [*command, "test"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert made.returncode == 0, made.stderr
    assert "given: -m pytest -m not load tests/api -x / \n" in made.stdout


@pytest.mark.parametrize(("broken", "status"), [("types", 1), ("nothing", 0)])
def test_a_check_that_fails_is_named_at_the_end_with_its_fix(
    tmp_path: Path, broken: str, status: int
) -> None:
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "output of $2"\n[ "$2" != {broken} ]\n')
    make.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    ran = subprocess.run(
        [ROOT / ".ci/check", "types", "imports", "docs"],
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    _, _, result = ran.stdout.partition(f"===== Result: {status} of 3 checks failed =====\n")
    assert ran.returncode == status, ran.stderr
    assert {line.split()[3] for line in result.splitlines()} == {"types", "imports", "docs"}
    failed = [line.split(maxsplit=4)[3:] for line in result.splitlines() if "FAILED" in line]
    assert failed == ([["types", "Implement what it names"]] if status else [])
    assert ("output of types" in ran.stdout) == bool(status)
