"""Every page is built alike, so that readers know where to look."""

import re

import pytest

from app import schemas
from tests.docs.pages import PAGES, ROOT, Page, package_readmes

DOCS = ["Purpose", "Design", "How it works", "Extensibility Notes", "Examples"]
README = ["Purpose", "Inputs and outputs", *DOCS[1:]]
WRITTEN = [
    page for page in PAGES if page.path.startswith("docs/") and page.path not in package_readmes()
]
NOT_GITHUB = re.compile(r"^(---$|!!! |\?\?\? |=== \")|\{[:#.][^}]*\}$|\[TOC\]", re.MULTILINE)


@pytest.mark.parametrize("path", package_readmes())
def test_every_package_has_a_readme_with_its_headings(path: str) -> None:
    assert (ROOT / path).is_file(), "write it"
    page = Page(path)
    assert page.headings(2) == README
    assert len(page.text.splitlines()) <= 80


@pytest.mark.parametrize("path", package_readmes())
def test_a_readme_names_every_module_of_its_package(path: str) -> None:
    modules = (ROOT / path).parent.glob("*.py")
    hand_written = {module.name for module in modules if not module.name.startswith(("_", "test_"))}
    if path == "app/services/README.md":
        hand_written -= {f"{tag}.py" for tag in schemas.Services.__dataclass_fields__}
    named = {name.rpartition("/")[2] for name in Page(path).names}
    assert hand_written <= named, f"not named: {sorted(hand_written - named)}"


def test_the_readme_of_the_application_leads_to_every_package_below() -> None:
    below = {path for path in package_readmes() if re.fullmatch(r"app/\w+/README.md", path)}
    assert below - {f"app/{link}" for link in Page("app/README.md").links} == set()


@pytest.mark.parametrize("page", WRITTEN, ids=str)
def test_every_page_of_docs_has_its_headings(page: Page) -> None:
    assert page.headings(2) == DOCS


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_page_is_plain_github_markdown_with_one_title(page: Page) -> None:
    assert len(page.headings(1)) == 1
    assert page.text.startswith("# ")
    assert NOT_GITHUB.search(page.prose) is None


def test_the_first_page_stays_short() -> None:
    assert len(Page("README.md").text.splitlines()) <= 150
