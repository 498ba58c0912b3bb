"""The catalogue of errors."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core import exceptions
from app.core.exceptions import CATALOGUE
from app.core.field_codes import FieldCode
from app.core.problem import ProblemError


def subclasses(error: type[ProblemError]) -> Iterator[type[ProblemError]]:
    for subclass in error.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


def declares_slug(error: type[ProblemError]) -> bool:
    return "slug" in vars(error)


def test_every_error_with_a_slug_is_in_the_catalogue() -> None:
    assert {error for error in subclasses(ProblemError) if declares_slug(error)} == set(
        CATALOGUE.values()
    )


def test_every_error_without_a_slug_is_a_kind_of_one_that_has() -> None:
    for error in subclasses(ProblemError):
        assert error.slug in CATALOGUE


def test_no_kind_of_error_is_caught_as_another_one() -> None:
    """`except Conflict` must mean conflicts alone, so only the base has subclasses."""
    assert [kind for kind in subclasses(ProblemError) if kind.__subclasses__()] == []


def test_slugs_and_titles_are_unique() -> None:
    titles = [error.title for error in CATALOGUE.values()]

    assert len(set(titles)) == len(titles)
    assert {slug: error.slug for slug, error in CATALOGUE.items()} == {s: s for s in CATALOGUE}


@pytest.mark.parametrize("error", CATALOGUE.values(), ids=CATALOGUE)
def test_an_entry_says_what_it_is_and_what_to_do(error: type[ProblemError]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", error.slug)
    assert 400 <= error.status <= 599
    assert not error.title.endswith(".")
    assert error.remedy.endswith(".")
    assert (vars(error)["__doc__"] or "").splitlines()[0].endswith(".")


def test_the_tree_at_the_top_of_the_module_lists_every_error() -> None:
    drawn = dict(re.findall(r"── (\w+) +(\d{3})", exceptions.__doc__ or ""))

    assert drawn == {error.__name__: str(error.status) for error in subclasses(ProblemError)}


@pytest.mark.parametrize("code", FieldCode)
def test_each_code_of_a_field_is_used_and_has_a_rule_of_its_own(code: FieldCode) -> None:
    name = f"FieldCode.{code.name}"

    assert any(name in path.read_text(encoding="utf-8") for path in Path("app").rglob("*.py"))
    assert [other for other in FieldCode if other.rule == code.rule] == [code]
