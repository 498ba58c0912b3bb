"""Projects with a small contract of their own."""

import shutil
from pathlib import Path

import pytest

from tests.spec.project import Project

IMPLEMENTATION = Path(__file__).with_name("implementation")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return the sample contract in a folder of its own, nothing generated yet."""
    return Project(tmp_path)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the sample with its generated code; tests only read it."""
    project = Project(tmp_path_factory.mktemp("sample"))
    project.generate()
    return project


@pytest.fixture
def written(generated: Project, tmp_path: Path) -> Project:
    """Return a copy of the generated sample that a test may change."""
    shutil.copytree(generated.root, tmp_path / "copy")
    return Project(tmp_path / "copy")


@pytest.fixture(scope="session")
def implemented(generated: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return the sample with services that answer; tests only read it."""
    root = tmp_path_factory.mktemp("implemented") / "project"
    shutil.copytree(generated.root, root)
    for path in IMPLEMENTATION.iterdir():
        folder = root / "tiny" / ("" if path.stem == "deps.py" else "services")
        shutil.copy(path, folder / path.stem)
    return Project(root)
