"""What `init` refuses, before anything is changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from spec.product.answers import Answers, read_answers, write_answers
from spec.product.init import init
from spec.tools.finding import RefusedError

ANSWERS = Answers(name="Parcel API", description="Parcels and where they are.")


def refused(folder: Path, answers: Answers) -> str:
    """Return why these answers are refused."""
    with pytest.raises(RefusedError) as error:
        init(folder, answers)
    assert list(folder.iterdir()) == []
    return str(error.value)


@pytest.mark.parametrize("name", ["", "parcel api", "Parcel/API", "Parcel  API"])
def test_a_name_that_fits_no_package_is_refused(name: str, tmp_path: Path) -> None:
    said = refused(tmp_path, replace(ANSWERS, name=name))

    assert f"--name:1: {name!r} cannot be used. Fix: write words" in said


@pytest.mark.parametrize("description", ["", 'The "best" parcels.', "Costs $HOME.", "One.\nTwo."])
def test_a_description_that_ends_a_quoted_text_is_refused(description: str, tmp_path: Path) -> None:
    said = refused(tmp_path, replace(ANSWERS, description=description))

    assert f"--description:1: {description!r} cannot be used. Fix: write a line" in said


def test_an_unknown_licence_or_database_is_refused_with_the_choices(tmp_path: Path) -> None:
    assert "Fix: choose from MIT, Apache-2.0, none" in refused(
        tmp_path, replace(ANSWERS, licence="GPL")
    )
    assert "Fix: choose from embedded, postgresql" in refused(
        tmp_path, replace(ANSWERS, database="mysql")
    )


def test_an_unknown_part_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    assert "there is no part itms. Fix: choose from " in refused(
        tmp_path, replace(ANSWERS, dropped=("itms",))
    )


def test_the_answers_of_a_product_are_read_as_they_were_given(tmp_path: Path) -> None:
    answers = replace(ANSWERS, licence="none", dropped=("example", "exports"))

    write_answers(tmp_path, answers, "0123abc")

    assert read_answers(tmp_path / ".template.toml") == (answers, "0123abc")


def test_answers_of_a_later_version_are_ignored(tmp_path: Path) -> None:
    file = tmp_path / ".template.toml"
    file.write_text('commit = "1"\nname = "Parcel API"\ndescription = "P."\ncolour = "red"\n')

    answers, _ = read_answers(file)

    assert answers == Answers(name="Parcel API", description="P.")


@pytest.mark.parametrize("text", ["", "name = ", 'name = "Parcel API"'])
def test_a_file_that_does_not_have_the_answers_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / ".template.toml").write_text(text)

    with pytest.raises(RefusedError, match=r"\.template\.toml:1: .*Fix: restore it"):
        read_answers(tmp_path / ".template.toml")
