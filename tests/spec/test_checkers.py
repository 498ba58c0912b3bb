"""mypy and pyright name a wrong or missing service: file, line and name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from spec.tools.target import REPOSITORY
from tests.spec.project import MARK, Project

pytestmark = pytest.mark.checker

PYRIGHT = """
[tool.pyright]
include = ["tiny"]
extraPaths = ["{repository}"]
pythonVersion = "3.11"
typeCheckingMode = "strict"
"""

# Copy of the services' module, or of the one that wires them → what is replaced in it.
# HERE marks the line that the checkers name.
BROKEN = {
    "missing_service": ("pets=Pets(), files=Files())", "pets=Pets())  # HERE"),
    "wrong_service": ("pets=Pets(), files=Files())", "pets=Files(), files=Files())  # HERE"),
    "services/missing_method": (
        "class Pets(schemas.PetsService):",
        "class Pets(schemas.PetsService):  # HERE",
        "async def delete_pet",
        "async def remove_pet",
    ),
    "services/bare_model": (
        "    async def put_pet(\n",
        "    async def put_pet(  # HERE\n",
        "-> schemas.PutPet200 | schemas.PutPet201 | schemas.PutPet204:",
        "-> schemas.Cat | schemas.Dog:",
    ),
    "services/missing_header": (
        'return schemas.PutPet201(body=body, location=f"/pets/{pet_id}", x_remaining=7)',
        "return schemas.PutPet201(body=body, x_remaining=7)  # HERE",
    ),
    "services/unknown_event": (
        'return schemas.PetSold(type="pet.sold", data=pet)',
        "return pet  # HERE",
    ),
}
# What a checker says besides file and line.
NAMED = {
    "missing_service": "files",
    "wrong_service": "PetsService",
    "services/missing_method": "delete_pet",
    "services/bare_model": "put_pet",
    "services/missing_header": "location",
    "services/unknown_event": "PetSold",
}


@pytest.fixture(scope="module")
def package(implemented: Project) -> Path:
    """Return the package of the sample with a broken copy for every mistake."""
    (implemented.root / "pyproject.toml").write_text(PYRIGHT.format(repository=REPOSITORY))
    folder = implemented.root / "tiny"
    for name, edits in BROKEN.items():
        source = "services/pets.py" if name.startswith("services/") else "deps.py"
        text = (folder / source).read_text()
        for old, new in zip(edits[::2], edits[1::2], strict=True):
            assert old in text
            text = text.replace(old, new)
        (folder / f"{name}.py").write_text(text)
    return folder


@pytest.fixture(scope="module")
def mypy(package: Path, pytestconfig: pytest.Config) -> list[str]:
    """Return what mypy says with the project's own settings."""
    cache = str(pytestconfig.cache.mkdir("mypy")) if pytestconfig.cache else "/dev/null"
    options = ("--config-file", str(REPOSITORY / "pyproject.toml"), "--cache-dir", cache)
    return run(package, "mypy", *options, "--explicit-package-bases", "tiny")


@pytest.fixture(scope="module")
def pyright(package: Path) -> list[str]:
    """Return what pyright says in strict mode."""
    return run(package, "pyright", "--pythonpath", sys.executable)


def run(package: Path, module: str, *arguments: str) -> list[str]:
    """Return the errors that a checker finds in the project."""
    result = subprocess.run(
        (sys.executable, "-m", module, *arguments),
        cwd=package.parent,
        env={**os.environ, "MYPYPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    root = f"{package.parent}/"
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
    package: Path, request: pytest.FixtureRequest, checker: str, mistake: str
) -> None:
    lines: list[str] = request.getfixturevalue(checker)
    text = (package / f"{mistake}.py").read_text()
    number = text[: text.index(MARK)].count("\n") + 1

    found = [line for line in lines if line.startswith(f"tiny/{mistake}.py:{number}:")]

    assert any(NAMED[mistake] in line for line in found), lines


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_generated_code_and_correct_services_pass(
    request: pytest.FixtureRequest, checker: str
) -> None:
    lines: list[str] = request.getfixturevalue(checker)
    copies = tuple(f"tiny/{name}.py:" for name in BROKEN)

    assert [line for line in lines if not line.startswith(copies)] == []
