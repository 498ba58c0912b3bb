"""`make update`: a later version of the template, merged into a product with its own code."""

import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from spec.product.answers import read_answers
from spec.product.update import update
from spec.resource.plan import head_of
from spec.tools.finding import RefusedError
from tests import figures
from tests.docs.follow import GIT, TOOLS_ARE_THERE, clone
from tests.product.test_parts import PYTHON, STATIC_CHECKS, TESTS, run

pytestmark = pytest.mark.parts

# What the earlier version had instead of the later one's text.
EARLIER = {
    "SECURITY.md": ("# Security", "# Safety"),
    "CONTRIBUTING.md": ("has to pass", "must pass"),
    "spec/v1/users.yaml": ("Returns the user on whose behalf you call.", "Returns the caller."),
    "deploy/kubernetes/README.md": ("# Kubernetes", "# The cluster"),
}
VERSIONS = Path("app/db/migrations/versions")
MIGRATION = VERSIONS / "20300101_0000_note_when_users_were_seen.py"
RESOURCE = ("parcels", "--fields", "name:string(1..120) due:date?")


def git(folder: Path, *arguments: str) -> str:
    """Run git as a person with a name; return what it prints."""
    names = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    done = subprocess.run(
        [GIT, *names, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def commit(folder: Path, subject: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", subject)


def leave_out_environment(folder: Path) -> None:
    """Do not commit `.venv`, which is a link in tests."""
    (folder / ".git/info/exclude").write_text(".venv\n", encoding="utf-8")


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file} does not have {old!r}"
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as a template with two versions: an earlier one, and this one."""
    root = clone(tmp_path_factory.mktemp("template"))
    leave_out_environment(root)
    for name, (later, earlier) in EARLIER.items():
        rewrite(root / name, later, earlier)
    commit(root, "Earlier version")
    for name, (later, earlier) in EARLIER.items():
        rewrite(root / name, earlier, later)
    (root / MIGRATION).write_text(migration_after(head_of(root)), encoding="utf-8")
    commit(root, "Later version")
    return root


def migration_after(revision: str | None) -> str:
    """Return a migration that changes nothing."""
    return f'''"""Note when users were seen.

Revision: 0123456789ab
Follows: {revision}
"""

revision: str = "0123456789ab"
down_revision: str | None = "{revision}"


def upgrade() -> None:
    """Apply the change."""


def downgrade() -> None:
    """Take the change back."""
'''


@pytest.fixture(scope="module")
def product(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A product of the earlier version, without a part, with a resource and a change of its own."""
    root = tmp_path_factory.mktemp("product") / "parcel-api"
    git(template, "clone", "--quiet", str(template), str(root))
    git(root, "checkout", "--quiet", "-b", "product", "HEAD~1")
    (root / ".venv").symlink_to(sys.prefix)
    leave_out_environment(root)
    names = ("--name", "Parcel API", "--description", "Parcels and where they are.")
    run(root, PYTHON, "-m", "spec", "init", *names, "--drop", "kubernetes")
    run(root, PYTHON, "-m", "spec", "resource", *RESOURCE)
    rewrite(root / "CONTRIBUTING.md", "must pass", "must be green")
    commit(root, "Make it a product")
    return root


class Updated(NamedTuple):
    """A product after `make update`, what that printed, and the file with the conflict."""

    root: Path
    said: str
    marked: str


@pytest.fixture(scope="module")
def updated(template: Path, product: Path) -> Updated:
    started = time.monotonic()
    said = run(product, "make", *TOOLS_ARE_THERE, "update", f"FROM={template}")
    figures.record("make update", f"{time.monotonic() - started:.0f} s")
    return Updated(product, said, (product / "CONTRIBUTING.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def resolved(updated: Updated) -> Path:
    """The product after what the update asks for: the conflict is resolved, the code generated."""
    root = updated.root
    git(root, "checkout", "--ours", "CONTRIBUTING.md")
    run(root, PYTHON, "-m", "spec", "generate")
    commit(root, "Take a later version of the template")
    return root


def test_it_says_what_happened_and_what_is_left_to_do(template: Path, updated: Updated) -> None:
    old, new = (git(template, "rev-parse", it).strip()[:12] for it in ("HEAD~1", "HEAD"))

    lines = updated.said.splitlines()

    assert lines[:3] == [
        f"merged the template from {old} to {new}",
        f"{MIGRATION} follows the newest migration of the product",
        "conflict: CONTRIBUTING.md",
    ]
    assert [line for line in lines if line.startswith("next: ")] == lines[3:5]


def test_a_conflict_is_marked(updated: Updated) -> None:
    _, _, marked = updated.marked.partition("<<<<<<< ")

    assert "must be green" in marked.partition("=======")[0]
    assert "has to pass" in marked.partition("=======")[2].partition(">>>>>>> ")[0]


def test_what_changed_in_the_template_is_in_the_product(resolved: Path) -> None:
    assert (resolved / "SECURITY.md").read_text(encoding="utf-8").startswith("# Security")
    for file in ("spec/v1/users.yaml", "app/schemas/v1/openapi.json"):
        assert "Returns the user on whose behalf" in (resolved / file).read_text(encoding="utf-8")


def test_the_product_keeps_its_name_and_its_code_and_does_without_what_it_dropped(
    resolved: Path,
) -> None:
    assert (resolved / "README.md").read_text(encoding="utf-8").startswith("# Parcel API")
    assert (resolved / "spec/v1/parcels.yaml").is_file()
    assert not (resolved / "deploy/kubernetes").exists()
    assert not (resolved / "spec/product").exists()


@pytest.mark.parametrize("check", STATIC_CHECKS, ids=lambda it: Path(it[0]).name + it[-1])
def test_the_static_checks_pass(resolved: Path, check: tuple[str, ...]) -> None:
    run(resolved, *check)


def test_the_tests_of_the_products_own_resource_pass(resolved: Path) -> None:
    run(resolved, *TESTS, "tests/api/test_parcels.py", "tests/db/test_migrations.py")


def test_the_next_update_starts_from_this_version(template: Path, resolved: Path) -> None:
    _, commit = read_answers(resolved / ".template.toml")
    assert commit == git(template, "rev-parse", "HEAD").strip()

    said = run(resolved, "make", *TOOLS_ARE_THERE, "update", f"FROM={template}")

    assert "the product has this version of the template already" in said


def test_a_migration_of_the_template_follows_those_of_the_product(resolved: Path) -> None:
    (own,) = (resolved / VERSIONS).glob("*_add_parcels.py")

    assert head_of(resolved) == "0123456789ab"
    written = (resolved / MIGRATION).read_text(encoding="utf-8")
    revision = own.read_text(encoding="utf-8").partition("Revision: ")[2].splitlines()[0]
    assert f'down_revision: str | None = "{revision}"' in written


def test_uncommitted_changes_are_refused(template: Path, resolved: Path) -> None:
    file = resolved / "uncommitted.txt"
    file.touch()

    with pytest.raises(RefusedError, match=r"uncommitted changes\. Fix: commit or stash"):
        update(template, resolved)

    file.unlink()


def test_another_repository_is_no_template_of_the_product(resolved: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "Another one")

    with pytest.raises(RefusedError, match=r"the template has no commit .*Fix: use FROM="):
        update(tmp_path, resolved)
