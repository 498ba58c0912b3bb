"""The guides for newcomers, followed to the letter on one copy of the repository."""

import time
from pathlib import Path

import pytest

from tests import figures
from tests.docs.follow import clone, follow
from tests.docs.pages import PAGES, Page

# An operation comes before the field: its example needs the field, too.
GUIDES = [
    "add-a-resource",
    *("add-an-operation", "add-a-field", "add-a-task"),  # part example
    "add-a-migration",
    *("deprecate-an-operation", "change-an-error", "bring-your-own-contract"),
]
WRITTEN = [
    Path(page.path).stem
    for page in PAGES
    if page.path.startswith("docs/how-to/") and not page.path.endswith("README.md")
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone(tmp_path_factory.mktemp("newcomer"))


@pytest.mark.guide
@pytest.mark.parametrize("guide", GUIDES)
def test_a_newcomer_follows(guide: str, repository: Path) -> None:
    started = time.monotonic()

    follow(Page(f"docs/how-to/{guide}.md"), repository)

    figures.record(f"guide {guide}", f"{time.monotonic() - started:.0f} s")


@pytest.mark.parametrize("guide", WRITTEN)
def test_a_guide_is_listed(guide: str) -> None:
    assert f"]({guide}.md)" in Page("docs/how-to/README.md").text
