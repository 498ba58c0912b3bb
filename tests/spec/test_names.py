"""The contract's words become Python's."""

import pytest

from spec.tools.names import docstring, parameter_name, pascal, snake


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("listItems", "list_items"),
        ("getHTTPStatus", "get_http_status"),
        ("If-None-Match", "if_none_match"),
        ("item_id", "item_id"),
    ],
)
def test_snake(word: str, expected: str) -> None:
    assert snake(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"), [("createItem", "CreateItem"), ("order_lines", "OrderLines")]
)
def test_pascal(word: str, expected: str) -> None:
    assert pascal(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("limit", "limit"),
        ("class", "class_"),
        ("id", "id_"),
        ("services", "services_"),
        ("v1", "v1_"),
        ("2fa", "value_2fa"),
    ],
)
def test_a_parameter_hides_nothing(word: str, expected: str) -> None:
    assert parameter_name(word) == expected


def test_a_short_docstring_is_one_line() -> None:
    assert docstring("Read an item", indent=4) == '"""Read an item."""'


def test_a_docstring_has_its_paragraphs() -> None:
    assert docstring("Read.", "GET /.", indent=4) == '"""Read.\n\n    GET /.\n    """'


def test_a_long_text_is_split_after_its_first_sentence() -> None:
    long = "word " * 20

    lines = docstring(f"First. {long}", indent=4).splitlines()

    assert lines[:2] == ['"""First.', ""]
    assert max(map(len, lines)) <= 100


def test_a_long_sentence_follows_what_stands_instead() -> None:
    lines = docstring("word " * 40, indent=4, instead="Reply 200.").splitlines()

    assert lines[:2] == ['"""Reply 200.', ""]


def test_a_docstring_keeps_backslashes_and_quotes() -> None:
    text = docstring('Say \\d and """')

    assert eval(text) == 'Say \\d and """.'  # noqa: S307 - it is a literal
