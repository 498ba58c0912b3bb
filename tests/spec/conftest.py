"""Projects with a small contract of their own."""

from pathlib import Path

import pytest

from tests.spec.project import Project


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
