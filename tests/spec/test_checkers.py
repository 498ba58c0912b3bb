"""mypy and pyright name what a service does wrong: file, line and method."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spec.tools.target import REPOSITORY
from tests.spec.project import MARK, Project

PYRIGHT = """
[tool.pyright]
include = ["tiny"]
extraPaths = ["{repository}"]
pythonVersion = "3.11"
typeCheckingMode = "strict"
"""

# Copy of the service with pets → what is replaced in it; HERE marks the line to be named.
BROKEN = {
    "missing_method": (
        "class Pets(v1.PetsService):",
        "class Pets(v1.PetsService):  # HERE",
        "async def delete_pet",
        "async def remove_pet",
    ),
    "bare_model": (
        "    async def put_pet(\n",
        "    async def put_pet(  # HERE\n",
        "-> v1.PutPet200 | v1.PutPet201 | v1.PutPet204:",
        "-> v1.Cat | v1.Dog:",
    ),
    "missing_header": (
        'return v1.PutPet201(body=body, location=f"/pets/{pet_id}", x_remaining=7)',
        "return v1.PutPet201(body=body, x_remaining=7)  # HERE",
    ),
}
# What a checker says besides file and line.
NAMED = {"missing_method": "delete_pet", "bare_model": "put_pet", "missing_header": "location"}


@pytest.fixture(scope="module")
def services(implemented: Project) -> Path:
    """Return a folder with the services of the sample and a broken copy for every mistake."""
    (implemented.root / "pyproject.toml").write_text(PYRIGHT.format(repository=REPOSITORY))
    folder = implemented.root / "tiny" / "services"
    valid = (folder / "pets.py").read_text()
    for name, edits in BROKEN.items():
        text = valid
        for old, new in zip(edits[::2], edits[1::2], strict=True):
            assert old in text
            text = text.replace(old, new)
        (folder / f"{name}.py").write_text(text)
    return folder


@pytest.fixture(scope="module")
def mypy(services: Path, pytestconfig: pytest.Config) -> list[str]:
    """Return what mypy says with the project's own settings."""
    cache = str(pytestconfig.cache.mkdir("mypy")) if pytestconfig.cache else "/dev/null"
    options = ("--config-file", str(REPOSITORY / "pyproject.toml"), "--cache-dir", cache)
    return run(services, "mypy", *options, "--explicit-package-bases", "tiny")


@pytest.fixture(scope="module")
def pyright(services: Path) -> list[str]:
    """Return what pyright says in strict mode."""
    return run(services, "pyright", "--pythonpath", sys.executable)


def run(services: Path, module: str, *arguments: str) -> list[str]:
    """Return the errors that a checker finds in the project."""
    result = subprocess.run(
        (sys.executable, "-m", module, *arguments),
        cwd=services.parents[1],
        env={**os.environ, "MYPYPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    root = f"{services.parents[1]}/"
    found: list[str] = []
    for line in map(str.strip, result.stdout.splitlines()):
        if "error:" in line:
            found.append(line.removeprefix(root))
        elif found and not line.startswith(root):
            found[-1] += f" {line}"  # pyright gives the details below
    return [error for error in found if error.startswith("tiny/")]


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
@pytest.mark.parametrize("mistake", BROKEN)
def test_a_mistake_is_named(
    services: Path, request: pytest.FixtureRequest, checker: str, mistake: str
) -> None:
    lines: list[str] = request.getfixturevalue(checker)
    text = (services / f"{mistake}.py").read_text()
    number = text[: text.index(MARK)].count("\n") + 1

    found = [line for line in lines if line.startswith(f"tiny/services/{mistake}.py:{number}:")]

    assert found, lines
    assert NAMED[mistake] in found[0]


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_generated_code_and_correct_services_pass(
    request: pytest.FixtureRequest, checker: str
) -> None:
    lines: list[str] = request.getfixturevalue(checker)

    assert [line for line in lines if line.split("/")[-1].split(".")[0] not in BROKEN] == []
