"""Marks of parts: every line of a part is found, and every mark names a part."""

from pathlib import Path

import pytest

from spec.product.drop import text_files
from spec.product.marks import lines_of, unmarked, without
from spec.product.parts import parts, with_dependents
from spec.tools.finding import RefusedError
from tests.conftest import ROOT

FILE = Path("a.py")
TEXT = """first = 1
second = 2  # part one
# part two
third = 3
fourth = 4  # part one
# end part
fifth = 5
"""


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        (["one"], "first = 1\n# part two\nthird = 3\n# end part\nfifth = 5\n"),
        (["two"], "first = 1\nsecond = 2  # part one\nfifth = 5\n"),
        (["one", "two"], "first = 1\nfifth = 5\n"),
    ],
    ids=str,
)
def test_the_lines_of_a_part_go_and_the_others_stay(gone: list[str], left: str) -> None:
    assert without(TEXT, frozenset(gone), FILE) == left


def test_what_is_kept_may_lose_its_marks() -> None:
    assert unmarked(TEXT, FILE) == "first = 1\nsecond = 2\nthird = 3\nfourth = 4\nfifth = 5\n"


@pytest.mark.parametrize(
    "line", ["a <!-- part one -->\n", "- a: b # part one\n", "| a | b <!-- part one two --> |\n"]
)
def test_a_mark_is_a_comment_of_any_kind(line: str) -> None:
    assert without(line, frozenset({"one"}), FILE) == ""


@pytest.mark.parametrize("line", ["a = 1  # a part one\n", "part one\n"])
def test_words_are_no_mark(line: str) -> None:
    assert without(line, frozenset({"one"}), FILE) == line


@pytest.mark.parametrize(
    ("text", "line"), [("a\n# part one\nb\n", 2), ("# end part\n", 1), ("# part a\n# part b\n", 1)]
)
def test_a_block_that_does_not_end_is_refused(text: str, line: int) -> None:
    with pytest.raises(RefusedError, match=rf"a\.py:{line}: .*Fix: "):
        without(text, frozenset(), FILE)


def test_every_mark_of_the_repository_names_a_part() -> None:
    named = {
        (name, str(path.relative_to(ROOT)))
        for path, text in text_files(ROOT)
        if "product" not in path.parts
        for line in lines_of(text, path)
        for name in line.names
    }

    assert {(name, path) for name, path in named if name not in parts()} == set()


@pytest.mark.parametrize("name", parts())
def test_every_pattern_of_a_part_names_a_file(name: str) -> None:
    assert [it for it in parts()[name].files if not any(ROOT.glob(it))] == []


# part exports
def test_a_part_goes_with_those_that_need_it() -> None:
    assert with_dependents(["example"]) == ("example", "exports")


# end part


def test_an_unknown_part_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(RefusedError, match=r"there is no part itms\. Fix: choose from "):
        with_dependents(["itms"])
