"""`adopt --replace-example` on a copy of the repository: the example goes, and accounts stay."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.follow import GIT, clone

pytestmark = pytest.mark.clone

GARDEN = Path(__file__).with_name("garden.yaml").read_text(encoding="utf-8")
SERVE = """
import asyncio
from app.main import create_app
from tests.apps import make_settings, started

async def main():
    async with started(create_app(make_settings(mock_operations=["*"]))) as client:
        for path in ("/beds", "/gardeners/1", "/users/me", "/items"):
            answer = await client.get(path, headers={"Authorization": "Bearer any"})
            print("answer:", path, answer.status_code, answer.text)

asyncio.run(main())
"""
SERVICES = re.compile(r'Missing named argument "\w+" for "Services"|has abstract attributes')
CHECKS = (
    ("ruff", "check", "--quiet", "."),
    ("black", "--check", "--quiet", "."),
    ("isort", "--check", "--quiet", "."),
    ("lint-imports", "--no-cache"),
    ("rumdl", "check", "--quiet", "."),
    ("python", "-m", "spec", "check"),
    ("python", "-m", "spec", "lint"),
)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    tool = Path(sys.executable).with_name(command[0])
    return subprocess.run(
        [str(tool), *command[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def adopt(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "garden.yaml").write_text(text)
    return run(folder, "python", "-m", "spec", "adopt", "garden.yaml", "--replace-example")


@pytest.fixture(scope="module")
def replaced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy in which the garden is in the place of the example; tests only read it."""
    folder = clone(tmp_path_factory.mktemp("garden"))
    for done in (adopt(folder, GARDEN), run(folder, "python", "-m", "spec", "generate")):
        assert done.returncode == 0, done.stdout + done.stderr
    (folder / "garden.yaml").unlink()
    return folder


def test_the_contract_has_accounts_and_the_garden(replaced: Path) -> None:
    contract = json.loads((replaced / "app/schemas/v1/openapi.json").read_text())

    assert {"/auth/token", "/users/me", "/beds", "/gardeners/{gardenerId}"} <= {*contract["paths"]}
    assert not {"/items", "/exports"} & {*contract["paths"]}
    assert [*(replaced / "app").rglob("items.py")] == []


def test_types_name_only_the_services_to_write(replaced: Path) -> None:
    *lines, _ = run(replaced, "mypy").stdout.splitlines()

    assert [line for line in lines if not SERVICES.search(line)] == []
    assert len(lines) == 4


@pytest.mark.parametrize("check", CHECKS, ids=" ".join)
def test_static_checks_pass(replaced: Path, check: tuple[str, ...]) -> None:
    done = run(replaced, *check)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_mock_serves_it_before_a_service_is_written(replaced: Path) -> None:
    served = run(replaced, "python", "-c", SERVE)

    answers = re.findall(r"^answer: (\S+) (\d+) (.*)$", served.stdout, re.MULTILINE)
    assert answers[:2] == [
        ("/beds", "200", '[{"bedName": "North"}]'),
        ("/gardeners/1", "200", '{"firstName": "Ada"}'),
    ], served.stderr
    assert [answer[:2] for answer in answers[2:]] == [("/users/me", "200"), ("/items", "404")]


def test_paths_of_accounts_are_refused_at_once_and_nothing_is_changed(tmp_path: Path) -> None:
    folder = clone(tmp_path)
    text = GARDEN.replace("/gardeners/{gardenerId}", "/users/{gardenerId}")

    done = adopt(folder, text.replace("/beds:", "/users/me:"))

    assert done.returncode == 1
    assert "the contract has the path /users/me already" in done.stderr
    assert "the contract has the path /users/{user_id} already" in done.stderr
    assert (folder / "spec/v1/items.yaml").exists()
    status = subprocess.run([GIT, "status", "--short"], cwd=folder, capture_output=True, check=True)
    assert b"ADOPTED" not in status.stdout
