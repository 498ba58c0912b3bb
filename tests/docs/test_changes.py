"""The contract's changelog, from histories of all lengths."""

import json
import subprocess
from pathlib import Path

import pytest

from docs.tools.changes import changelog
from tests.docs.follow import GIT

BUNDLE = "app/schemas/v1/openapi.json"
ITEM = {"type": "object", "properties": {"name": {"type": "string"}}}


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Tests", "-c", "user.email=tests@example.com"]
    subprocess.run([GIT, "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def commit(folder: Path, subject: str, schemas: dict[str, object]) -> None:
    path = folder / BUNDLE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"components": {"schemas": schemas}}))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", subject)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Two commits: a schema with a field, then another field."""
    folder = tmp_path / "whole"
    folder.mkdir()
    git(folder, "init", "--quiet")
    commit(folder, "Begin", {"Item": ITEM})
    grown = {**ITEM, "properties": {"name": {"type": "string"}, "colour": {"type": "string"}}}
    commit(folder, "Add a colour", {"Item": grown})
    return folder


def test_the_newest_change_comes_first_and_a_new_schema_is_one_line(history: Path) -> None:
    text = changelog(history, "v1")

    assert text.index("Add a colour\n\n- added field `Item.colour`") < text.index(": Begin")
    assert "Begin\n\n- added schema `Item`\n" in text
    assert "`Item.name`" not in text


def test_a_merge_is_no_change_and_each_branch_has_its_own(history: Path) -> None:
    git(history, "checkout", "--quiet", "-b", "shape", "HEAD~")
    commit(history, "Add a shape", {"Item": ITEM, "Shape": ITEM})
    git(history, "checkout", "--quiet", "-")
    git(history, "merge", "--no-commit", "-s", "ours", "shape")
    both = json.loads((history / BUNDLE).read_text())["components"]["schemas"] | {"Shape": ITEM}
    commit(history, "Merge branch 'shape'", both)

    text = changelog(history, "v1")

    assert "Merge" not in text
    assert "Add a shape\n\n- added schema `Shape`\n\n" in text
    assert "Add a colour\n\n- added field `Item.colour`\n\n" in text


def test_a_shallow_clone_claims_nothing_about_what_it_lacks(history: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shallow"
    git(history, "clone", "--quiet", "--depth=1", f"file://{history}", str(folder))

    text = changelog(folder, "v1")

    assert "added schema" not in text
    assert "The Git history is not available" in text


def test_a_folder_without_history_has_a_page(tmp_path: Path) -> None:
    assert "The Git history is not available" in changelog(tmp_path, "v1")
