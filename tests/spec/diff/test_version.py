"""The version of the contract follows from what changed."""

import pytest

from spec.diff.compare import compare
from tests.spec.diff.contracts import TODAY, Members, contract, document

NOTHING: Members = {}


def rules(old: str, new: str, added: Members) -> list[tuple[str, str]]:
    before = contract(document(info={"version": old}))
    after = contract(document(info={"version": new}, **added))
    return [(one.rule, one.text) for one in compare(before, after, TODAY) if "version" in one.rule]


ADDED: Members = {"servers": [{"url": "/api/v1"}]}


@pytest.mark.parametrize(
    ("new", "added"), [("1.4.2", NOTHING), ("1.4.3", NOTHING), ("1.5.0", ADDED)]
)
def test_a_version_that_says_what_changed_is_accepted(new: str, added: Members) -> None:
    assert rules("1.4.2", new, added) == []


@pytest.mark.parametrize("new", ["1.4.2", "1.4.3"])
def test_an_addition_asks_for_the_next_minor_version(new: str) -> None:
    assert rules("1.4.2", new, ADDED) == [("version-not-raised", f"version: {new}, not 1.5.0")]


def test_a_major_version_is_a_folder_of_its_own() -> None:
    assert rules("1.4.2", "2.0.0", ADDED) == [("version-major-raised", "version: 1.4.2 → 2.0.0")]


def test_a_version_is_never_lowered() -> None:
    assert rules("1.4.2", "1.3.0", ADDED) == [("version-lowered", "version: 1.4.2 → 1.3.0")]
