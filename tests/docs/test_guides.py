"""The guides for newcomers, followed to the letter on one copy of the repository."""

import time
from pathlib import Path

import pytest

from tests import figures
from tests.docs.follow import clone, commit, created, follow
from tests.docs.pages import PAGES, ROOT, Page
from tests.extension.measure import by_hand

# Those after the first one go on with its resource. An operation comes before the field, which its
# example needs, too.
GUIDES = [
    "follow-the-loop",  # compares with the commit below
    *("add-a-resource", "add-an-operation", "add-a-field", "add-a-task"),
    "add-a-migration",
    "send-webhooks",  # part webhooks
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
    page, started = Page(f"docs/how-to/{guide}.md"), time.monotonic()
    if taken := [path for path in created(page) if (ROOT / path).exists()]:
        pytest.skip(f"{taken[0]} is there already: give the example of {page.path} another name")
    commit(repository)

    follow(page, repository)

    size = by_hand(repository, "HEAD")
    figures.record(f"guide {guide}", f"{time.monotonic() - started:.0f} s, {size}")


@pytest.mark.parametrize("guide", WRITTEN)
def test_a_guide_is_listed(guide: str) -> None:
    assert f"]({guide}.md)" in Page("docs/how-to/README.md").text


# part files
def test_the_guide_to_manual_routes_quotes_the_code() -> None:
    code = Path("app/api/v1/manual.py").read_text(encoding="utf-8")
    page = Page("docs/how-to/write-a-route-by-hand.md")

    quoted = [it.content for it in page.blocks if it.section == "How it works"]

    assert len(quoted) == 4
    assert [text for text in quoted if text not in code] == []


# end part
