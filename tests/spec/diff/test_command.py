"""The verb: which revision it reads, what it prints, and when it fails."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from spec.diff.approvals import FILE
from spec.diff.catalogue import Level
from spec.diff.command import judge
from spec.diff.formats import Verdict, as_markdown
from spec.diff.report import Change
from spec.diff.revisions import commit_of
from spec.tools.bundle import bundle
from spec.tools.cli import main
from spec.tools.finding import Where
from tests.spec.project import Project

GIT = shutil.which("git") or "git"
TODAY = date(2026, 11, 28)
LIVES = ("maximum: 9}", "maximum: 8}  # HERE")
LABEL = "request-maximum-lowered: Cat.lives: maximum: 9 → 8"


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Tests", "-c", "user.email=tests@example.com"]
    subprocess.run([GIT, "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def commit(project: Project, subject: str = "Change") -> None:
    git(project.root, "add", ".")
    git(project.root, "commit", "--quiet", "-m", subject)


@pytest.fixture
def published(project: Project) -> Project:
    """Return the sample in a repository whose main branch has it as it is."""
    git(project.root, "init", "--quiet", "--initial-branch=main")
    commit(project)
    return project


def approve(project: Project, *entries: Sequence[str]) -> None:
    keys = ("version", "change", "reason", "until")
    approvals = [dict(zip(keys, entry, strict=False)) for entry in entries]
    (project.root / FILE).write_text(json.dumps({"approvals": approvals}))


def verdict(project: Project) -> tuple[int, list[str]]:
    """Return how many changes fail, and what is to say about approvals."""
    found = judge(project.root, "main", commit_of(project.root, "main"), TODAY)
    return found.failures, found.notices


def test_a_breaking_change_fails_with_its_line_and_rule(
    published: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    published.edit("pets.yaml", *LIVES)

    status = main(["diff", "--base", "main"], published.root)

    file, line = published.marked()
    assert status == 1
    assert f"{file}:{line}: breaking {LABEL} (putPet)" in capsys.readouterr().out


def test_what_is_gone_has_its_line_in_the_old_contract(
    published: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    published.edit("pets.yaml", "    delete:\n", "    delete:  # HERE\n")
    file, line = published.marked()
    text = (published.contract / "pets.yaml").read_text()
    start, end = text.index("    delete:"), text.index("components:")
    (published.contract / "pets.yaml").write_text(text[:start] + text[end:])

    status = main(["diff", "--base", "main"], published.root)

    assert status == 1
    printed = capsys.readouterr().out
    assert f"main:{file}:{line}: breaking operation-removed: DELETE /pets/{{pet_id}}" in printed


def test_a_harmless_change_passes(published: Project, capsys: pytest.CaptureFixture[str]) -> None:
    published.edit("pets.yaml", "maximum: 50,", "maximum: 60,")

    status = main(["diff", "--base", "main"], published.root)

    assert status == 0
    assert "spec/v1: 0 breaking, 1 risky, 1 harmless since main" in capsys.readouterr().out


def test_the_main_branch_is_read_if_no_revision_is_named(
    published: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff"], published.root) == 0
    assert "since main" in capsys.readouterr().out


def test_the_last_release_is_read_before_the_main_branch(
    published: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    git(published.root, "tag", "v1.0.0")
    published.edit("pets.yaml", *LIVES)
    commit(published)

    assert main(["diff"], published.root) == 1
    assert "since v1.0.0" in capsys.readouterr().out


def test_nothing_is_compared_where_there_is_nothing_to_compare_with(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    git(project.root, "init", "--quiet", "--initial-branch=mine")

    assert main(["diff"], project.root) == 0
    assert "nothing was compared" in capsys.readouterr().out


def test_an_unknown_revision_is_refused(
    published: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "--base", "mian"], published.root) == 1
    assert "There is no revision mian" in capsys.readouterr().err


def test_what_main_gained_meanwhile_is_not_called_removed(published: Project) -> None:
    git(published.root, "checkout", "--quiet", "-b", "mine")
    git(published.root, "checkout", "--quiet", "main")
    published.edit("pets.yaml", "enum: [cat, dog]", "enum: [cat, dog, owl]")
    commit(published)
    git(published.root, "checkout", "--quiet", "mine")

    assert verdict(published) == (0, [])


def test_an_old_contract_that_cannot_be_bundled_is_read_as_it_was_served(
    project: Project,
) -> None:
    served = project.root / "app" / "schemas" / "v1" / "openapi.json"
    served.parent.mkdir(parents=True)
    served.write_text("\n".join(bundle(project.target)))
    tags = (project.contract / "openapi.yaml").read_text()
    (project.contract / "openapi.yaml").write_text(f"{tags}  ghost: {{$ref: ghost.yaml}}\n")
    git(project.root, "init", "--quiet", "--initial-branch=main")
    commit(project)
    (project.contract / "openapi.yaml").write_text(tags)
    project.edit("pets.yaml", *LIVES)

    assert verdict(project) == (1, [])


def test_a_version_that_vanished_lost_all_of_its_operations(published: Project) -> None:
    shutil.move(published.contract, published.contract.with_name("v2"))

    found = judge(published.root, "main", commit_of(published.root, "main"), TODAY)

    removed = [one.text for one in found.versions["v1"] if one.rule == "operation-removed"]
    assert len(removed) == 8
    assert "operation putPet removed" in removed


def test_an_approved_change_passes_and_says_why(
    published: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    published.edit("pets.yaml", *LIVES)
    approve(published, ("v1", LABEL, "No cat ever had nine.", "9999-12-31"))

    status = main(["diff", "--base", "main"], published.root)

    assert status == 0
    assert "; approved: No cat ever had nine." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("version", "label", "until", "failures", "notice"),
    [
        ("v1", LABEL, "2026-11-28", 0, None),
        ("v1", LABEL, "2026-11-27", 1, "the approval expired on 2026-11-27"),
        ("v1", LABEL.replace("8", "7"), "2026-11-28", 1, "no change of v1 is approved by it"),
        ("v2", LABEL, "2026-11-28", 1, "no change of v2 is approved by it"),
    ],
)
def test_an_approval_counts_for_its_change_until_its_day(
    published: Project, version: str, label: str, until: str, failures: int, notice: str | None
) -> None:
    published.edit("pets.yaml", *LIVES)
    approve(published, (version, label, "A reason.", until))

    count, notices = verdict(published)

    assert count == failures
    assert [notice in line for line in notices if notice] == [True] * bool(notice)


@pytest.mark.parametrize(
    "entry",
    [("v1", LABEL, "", "2026-11-28"), ("v1", LABEL, "A reason."), ("v1", LABEL, "A", "soon")],
)
def test_an_approval_without_reason_or_day_is_refused(
    published: Project, entry: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    approve(published, entry)

    assert main(["diff", "--base", "main"], published.root) == 1
    assert f"{FILE}:1: an approval is incomplete" in capsys.readouterr().err


def test_the_comment_of_a_pull_request_has_a_table_for_each_level(
    published: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    published.edit("pets.yaml", *LIVES)

    main(["diff", "--base", "main", "--format", "markdown"], published.root)

    printed = capsys.readouterr().out
    assert printed.startswith("## The contract since `main`: fails: 1 breaking\n")
    assert "| Breaking | Where | Operations | Rule |" in printed
    assert "| `Cat.lives`: `maximum: 9 → 8` | `spec/v1/pets.yaml:" in printed
    assert "`request-maximum-lowered`: A request that was accepted may be refused. |" in printed
    assert "| Risky |" in printed


def test_a_comment_stays_below_the_limit_of_the_host() -> None:
    text = "maxLength: 200 → 100 " + "a" * 100
    where = Where("spec/v1/pets.yaml", 1)
    rule = "response-max-length-lowered"
    changes = [Change(Level.HARMLESS, rule, where, f"{text}{n}", "Pet.name") for n in range(900)]

    printed = as_markdown(Verdict("main", {"v1": changes}, []))

    assert len(printed) < 65_536
    assert printed.endswith("| and 840 more | | | |")


def test_programs_get_every_fact(published: Project, capsys: pytest.CaptureFixture[str]) -> None:
    published.edit("pets.yaml", *LIVES)
    file, line = published.marked()

    main(["diff", "--base", "main", "--format", "json"], published.root)

    document = json.loads(capsys.readouterr().out)
    assert document["passed"] is False
    assert document["versions"]["v1"][0] == {
        "level": "breaking",
        "rule": "request-maximum-lowered",
        "file": file,
        "line": line,
        "side": "new",
        "subject": "Cat.lives",
        "text": "maximum: 9 → 8",
        "operations": ["putPet"],
        "approval": None,
    }
