"""The wire types agree with the contract's own validator, value by value."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

import pytest
from jsonschema_rs import validator_for
from pydantic import BaseModel, StrictBool, Tag, TypeAdapter, ValidationError

from app.core.formats import EMAIL_OPTIONS, FORMATS
from app.schemas import types

VALUES: list[Any] = [
    *("", " ", "a", "0", "5", "-5", "+5", " 5", "5 ", "05", "5.0", "5e2"),
    *("1_000", "\u0665", "0x10"),
    *("true", "false", "True", "yes", "on", "null", "NaN", "Infinity"),
    *(0, 5, -5, 10**17, 5.0, 5.5, -0.0, 1e300, True, False, None, [], [5], {}),
    *("2026-11-23T09:00:00Z", "2026-11-23t09:00:00z", "2026-11-23T09:00:00.123456+01:00"),
    *("2026-11-23T09:00:00", "2026-11-23 09:00:00Z", "2026-11-23", "20261123T090000Z"),
    *("2026-02-30T09:00:00Z", "2026-11-23T25:00:00Z", "2026-11-23T09:00:00+0100", "1795424400"),
    *("0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59", "0199D6A0-A5B0-7C3E-9A4F-6F1D2C3B4A59"),
    *("0199d6a0a5b07c3e9a4f6f1d2c3b4a59", "{0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59}"),
    *("urn:uuid:0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59", "0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a5"),
    *("ada@example.com", "ada@localhost", "@example.com", "ada@", "Ada <ada@example.com>"),
    *("https://example.com/a?b#c", "urn:a:b", "mailto:ada@example.com", "/path", "http://[a"),
]
BODY_TYPES: dict[str, tuple[TypeAdapter[Any], dict[str, str]]] = {
    "integer": (TypeAdapter(types.StrictInt), {"type": "integer"}),
    "number": (TypeAdapter(types.StrictFloat), {"type": "number"}),
    "boolean": (TypeAdapter(StrictBool), {"type": "boolean"}),
    "date-time": (TypeAdapter(types.AwareDatetime), {"type": "string", "format": "date-time"}),
    "uuid": (TypeAdapter(types.UUID), {"type": "string", "format": "uuid"}),
    "date": (TypeAdapter(types.Date), {"type": "string", "format": "date"}),
    "decimal": (TypeAdapter(types.Decimal), {"type": "string", "format": "decimal"}),
}


def accepts(adapter: TypeAdapter[Any], value: object) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(("adapter", "schema"), BODY_TYPES.values(), ids=BODY_TYPES)
def test_a_type_takes_exactly_what_the_contract_allows(
    adapter: TypeAdapter[Any], schema: dict[str, str]
) -> None:
    allowed = validator_for(
        schema, validate_formats=True, email_options=EMAIL_OPTIONS, formats=FORMATS
    )

    verdicts = {repr(value): (accepts(adapter, value), allowed.is_valid(value)) for value in VALUES}

    assert any(ours for ours, _ in verdicts.values())
    assert {value: pair for value, pair in verdicts.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize(
    ("text", "sent"),
    [("12.50", "12.50"), ("-0.00", "0.00"), ("007", "7"), ("1" * 40 + ".10", "1" * 40 + ".10")],
)
def test_a_decimal_number_keeps_its_digits(text: str, sent: str) -> None:
    adapter = TypeAdapter(types.Decimal)

    assert adapter.dump_python(adapter.validate_python(text), mode="json") == sent


def test_a_number_that_is_written_as_an_integer_loses_no_digit() -> None:
    adapter = TypeAdapter(types.StrictFloat)

    assert adapter.dump_json(adapter.validate_json("9007199254740993")) == b"9007199254740993"


@pytest.mark.parametrize(("text", "read"), [("1.0", 1), ("2", 2)])
def test_a_whole_number_is_the_literal_that_it_equals(text: str, read: int) -> None:
    adapter = TypeAdapter[Any](Annotated[Literal[1, 2], types.whole])

    assert adapter.validate_json(text) == read


def test_a_password_is_kept_out_of_logs_and_sent_as_it_is() -> None:
    adapter = TypeAdapter(types.Password)
    password = adapter.validate_python("correct horse")

    assert "horse" not in repr(password)
    assert adapter.dump_json(password) == b'"correct horse"'


def test_a_table_says_which_member_of_a_union_is_meant() -> None:
    class Cat(BaseModel):
        kind: str

    class Dog(BaseModel):
        kind: str

    tagged = types.tagged("kind", {"c": "Cat", "d": "Dog"})
    union = Annotated[Annotated[Cat, Tag("Cat")] | Annotated[Dog, Tag("Dog")], tagged]
    adapter = TypeAdapter[Any](union)

    assert isinstance(adapter.validate_python({"kind": "d"}), Dog)
    assert adapter.validate_python(Cat(kind="c")) == Cat(kind="c")


def test_a_whole_number_is_an_integer_however_it_is_written() -> None:
    read = TypeAdapter(types.StrictInt).validate_json("5.0")

    assert (read, type(read)) == (5, int)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2016-12-31T15:59:60.25-08:00", "2017-01-01T00:00:00.25Z"),
        ("0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.999999Z"),
        ("9999-12-31T23:59:60Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_a_moment_that_python_cannot_hold_is_read_as_the_nearest(text: str, nearest: str) -> None:
    read = TypeAdapter(types.AwareDatetime).validate_python(text)

    assert read == datetime.fromisoformat(nearest)


def test_a_second_that_is_no_leap_second_is_refused() -> None:
    assert not accepts(TypeAdapter(types.AwareDatetime), "2026-11-23T09:00:60Z")


def test_values_that_the_service_makes_itself_are_taken_as_they_are() -> None:
    moment = datetime.now(UTC)
    identifier = uuid4()

    assert TypeAdapter(types.AwareDatetime).validate_python(moment) is moment
    assert TypeAdapter(types.UUID).validate_python(identifier) is identifier
