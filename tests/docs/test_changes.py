"""The contract's changelog, from histories of all lengths."""

import json
import subprocess
from pathlib import Path

import pytest

from docs.tools.changes import changelog, rules_page
from spec.diff.catalogue import RULES
from tests.docs.follow import GIT

BUNDLE = "app/schemas/v1/openapi.json"
ITEM: dict[str, object] = {"type": "object", "properties": {"name": {"type": "string"}}}
GROWN: dict[str, object] = {
    **ITEM,
    "properties": {"name": {"type": "string"}, "colour": {"type": "string"}},
}
SHAPE: dict[str, object] = {"/shapes": {"get": {"operationId": "listShapes"}}}


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Tests", "-c", "user.email=tests@example.com"]
    subprocess.run([GIT, "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def commit(
    folder: Path, subject: str, item: dict[str, object], paths: dict[str, object] | None = None
) -> None:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}
    operation = {"operationId": "getItem", "responses": {"200": {"content": content}}}
    document = {
        "info": {"version": "1.0.0"},
        "paths": {"/item": {"get": operation}, **(paths or {})},
        "components": {"schemas": {"Item": item}},
    }
    path = folder / BUNDLE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", subject)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Two commits: an operation that answers with a field, then another field."""
    folder = tmp_path / "whole"
    folder.mkdir()
    git(folder, "init", "--quiet")
    commit(folder, "Begin", ITEM)
    commit(folder, "Add a colour", GROWN)
    return folder


def test_the_newest_change_comes_first_with_its_level_and_version(history: Path) -> None:
    text = changelog(history, "v1")

    added = "- harmless: `Item.colour`: `property colour added`"
    assert text.index(f"Add a colour (1.0.0)\n\n{added}\n\n") < text.index(": Begin")
    assert "Begin (1.0.0)\n\n- harmless: `GET /item`: `operation getItem added`\n" in text
    assert "`Item.name`" not in text


def test_a_merge_is_no_change_and_each_branch_has_its_own(history: Path) -> None:
    git(history, "checkout", "--quiet", "-b", "shape", "HEAD~")
    commit(history, "Add a shape", ITEM, SHAPE)
    git(history, "checkout", "--quiet", "-")
    git(history, "merge", "--no-commit", "-s", "ours", "shape")
    commit(history, "Merge branch 'shape'", GROWN, SHAPE)

    text = changelog(history, "v1")

    assert "Merge" not in text
    assert "Add a shape (1.0.0)\n\n- harmless: `GET /shapes`: " in text
    assert "Add a colour (1.0.0)\n\n- harmless: `Item.colour`: " in text


def test_a_shallow_clone_claims_nothing_about_what_it_lacks(history: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shallow"
    git(history, "clone", "--quiet", "--depth=1", f"file://{history}", str(folder))

    text = changelog(folder, "v1")

    assert "added" not in text
    assert "The Git history is not available" in text


def test_a_folder_without_history_has_a_page(tmp_path: Path) -> None:
    assert "The Git history is not available" in changelog(tmp_path, "v1")


def test_the_page_of_the_rules_has_a_row_for_each() -> None:
    lines = rules_page().splitlines()

    for rule in RULES.values():
        row = f"| `{rule.id}` | {rule.level} | {rule.direction} | {rule.reason} |"
        assert row in lines
