"""`make resource`: what cannot become a resource is refused, and nothing is half written."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from spec.resource import command
from spec.tools.cli import main
from spec.tools.target import Target
from tests.conftest import ROOT

FOLDERS = ("app", "spec/v1", "tests/api")
FIELDS = "name:string(1..120) session_id:ref(sessions)?"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the command reads and writes."""
    root = tmp_path_factory.mktemp("repository")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def contents(root: Path) -> Mapping[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file())
    # Alembic writes bytecode beside the revisions that it reads.
    return {str(path): path.read_bytes() for path in found if "__pycache__" not in path.parts}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["project"], "project has no known singular. Fix: write the name in the plural"),
        (["news"], "news has no known singular"),
        (["news", "--singular=news"], "singular and plural are both news. Fix: give another"),
        (["Projects"], "'Projects' is not snake case"),
        (["class", "--singular=klass"], "class is a reserved word of Python"),
        (["models"], "models is a reserved word of Python"),
        (["indexes", "--singular=index"], "the generated code uses Index itself"),
        (["users"], "there is a tag users"),
        (["tokens"], "the contract has a component schemas/Token"),
        (["problems"], "the contract has a component schemas/Problem"),
        (["tasks"], "there is a table tasks"),
        (["x_y_points"], "x_y_points and xy_points are one name. Fix: write xy_points"),
        (["projects", "--fields=update:enum(a|b)"], "a component schemas/ProjectUpdate"),
        (["projects", "--fields=a_1:enum(a) a1:enum(a)"], "a component parameters/ProjectA1"),
        (["resources"], "the generated code uses Resources itself"),
        (["a" * 50 + "s"], "has 77 characters. Fix: shorten"),
        (
            ["projects", "--ownership=me"],
            "the ownership 'me' is unknown. Fix: use ownership=user or",
        ),
        (["projects", "--fields=x_id:ref(things)"], "there is no resource things to refer to"),
        (["projects", "--fields=thing_id:ref(sessions) a:bool"], "Fix: rename it to session_id"),
        (["projects", "--fields=subsession_id:ref(sessions)? a:bool"], "end with session_id"),
        (["projects", "--fields=session_id:ref(sessions)"], "all fields are references"),
        (["projects", "--ownership=none"], "a resource without owners cannot refer to sessions"),
        ([], "the name is missing. Fix: run make resource name="),
    ],
    ids=" ".join,
)
def test_it_is_refused_with_the_fix_and_nothing_is_written(
    repository: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    before = contents(repository)

    status = main(["resource", "--fields", FIELDS, *arguments], repository)

    assert status == 1
    assert message in capsys.readouterr().err
    assert contents(repository) == before


def test_a_file_that_is_there_is_not_overwritten(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = repository / "app/services/projects.py"
    mine.write_text("mine\n")
    before = contents(repository)

    status = main(["resource", "projects", "--fields", FIELDS], repository)

    assert status == 1
    assert "app/services/projects.py:1: the file is there already" in capsys.readouterr().err
    assert contents(repository) == before
    mine.unlink()


@pytest.mark.parametrize(
    ("file", "text", "instead"),
    [
        ("app/core/security.py", "_USER_SCOPES", "_SCOPES"),
        ("app/core/dependencies.py", "schemas.Services(", "make("),
        ("app/db/unit_of_work.py", "class UnitOfWork:", "class Work:"),
        ("app/db/unit_of_work.py", "class UnitOfWork:", "class UnitOfWork"),
        ("spec/v1/openapi.yaml", "          scopes:", "          x-scopes:"),
    ],
)
def test_a_file_without_the_place_for_the_resource_is_named(
    repository: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, instead: str
) -> None:
    path = repository / file
    original = path.read_text()
    assert text in original
    path.write_text(original.replace(text, instead))
    before = contents(repository)

    status = main(["resource", "projects", "--fields", FIELDS], repository)

    assert status == 1
    assert file in capsys.readouterr().err
    assert contents(repository) == before
    path.write_text(original)


def test_everything_is_restored_when_generation_fails(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Sequence[Target]) -> list[str]:
        raise OSError("the disk is full")

    monkeypatch.setattr(command, "generate", fail)
    before = contents(repository)

    with pytest.raises(OSError, match="disk"):
        main(["resource", "projects", "--fields", FIELDS], repository)

    assert contents(repository) == before
