"""The guide for newcomers, followed to the letter on a copy of the repository."""

from pathlib import Path

from tests.docs.follow import clone, follow
from tests.docs.pages import Page


def test_a_newcomer_adds_a_resource(tmp_path: Path) -> None:
    follow(Page("docs/how-to/add-a-resource.md"), clone(tmp_path))
