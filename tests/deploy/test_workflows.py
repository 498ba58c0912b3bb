"""The workflows of GitHub name what the repository has."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.docs.names import make_targets

GITHUB = ROOT / ".github"
WORKFLOWS = sorted(GITHUB.glob("workflows/*.yml"))
# What an ecosystem of Dependabot reads.
FILES = {
    "pip": "requirements.txt",
    "npm": "package-lock.json",
    "docker": "Dockerfile",
    "docker-compose": "*compose*.yml",
    "github-actions": ".github/workflows/ci.yml",
}


def load(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_the_targets_that_a_workflow_makes_exist(path: Path) -> None:
    steps = [step for job in load(path)["jobs"].values() for step in job.get("steps", [])]
    commands = "\n".join(step["run"] for step in steps if "run" in step)
    named = re.findall(r"\bmake((?: -\S+| [a-z-]+)+)", commands)

    targets = {word for words in named for word in words.split() if not word.startswith("-")}

    assert targets - make_targets() == set()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_an_action_is_pinned_by_digest_and_says_its_version(path: Path) -> None:
    used = re.findall(r"uses: ([^.\s].*)", path.read_text(encoding="utf-8"))

    pinned = r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+"
    assert [action for action in used if not re.fullmatch(pinned, action)] == []


def test_the_python_of_the_image_and_the_oldest_one_are_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    image = re.findall(r"FROM python:([\d.]+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"))

    tested = load(GITHUB / "workflows/ci.yml")["jobs"]["check"]["strategy"]["matrix"]["python"]

    assert project["requires-python"] == f">={tested[0]}"
    assert set(image) <= set(tested)


def test_dependency_updates_look_where_dependencies_are() -> None:
    updates = load(GITHUB / "dependabot.yml")["updates"]

    assert {update["package-ecosystem"] for update in updates} == FILES.keys()
    for update in updates:
        for folder in update.get("directories", [update.get("directory")]):
            assert list((ROOT / folder.strip("/")).glob(FILES[update["package-ecosystem"]]))


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_an_audit_without_data_fails_in_ci_alone(ci: str, status: int) -> None:
    environment = os.environ | {"CI": ci}
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        environment[name] = "http://127.0.0.1:9"

    audited = subprocess.run(
        [str(ROOT / ".ci/audit"), str(Path(sys.executable).parent)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert audited.returncode == status
    assert audited.stdout == "Not audited: https://api.osv.dev does not answer.\n"
