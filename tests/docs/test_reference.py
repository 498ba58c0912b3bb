"""Whatever needs a page or a text has one."""

import pytest

from app.core.config import Settings
from app.core.exceptions import CATALOGUE
from tests.docs.pages import ROOT, Page


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_has_a_description_on_its_page(name: str) -> None:
    description = Settings.model_fields[name].description

    assert description
    lines = Page("docs/reference/settings.md").text.splitlines()
    assert any(line.startswith(f"| `{name.upper()}` |") for line in lines)


@pytest.mark.parametrize("slug", CATALOGUE)
def test_a_problem_has_a_page_that_says_what_to_do(slug: str) -> None:
    path = f"docs/reference/problems/{slug}.md"

    assert (ROOT / path).is_file(), "make generate"
    assert CATALOGUE[slug].remedy in Page(path).text
