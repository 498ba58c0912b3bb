"""Every link and anchor leads somewhere, as the Git host sees it."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, Page


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Page) -> None:
    for link in page.links:
        path, _, anchor = link.partition("#")
        target = ((ROOT / page.path).parent / path).resolve() if path else ROOT / page.path
        assert target.exists(), page.at(link)
        assert target.is_relative_to(ROOT), page.at(link)
        if anchor:
            assert anchor in Page(target.relative_to(ROOT).as_posix()).anchors, page.at(link)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_label_that_is_a_file_name_is_that_of_the_target(page: Page) -> None:
    links = re.findall(r"\[([\w./-]+\.md)\]\(([^)#]+)", page.prose)
    assert [label for label, target in links if Path(label).name != Path(target).name] == []
