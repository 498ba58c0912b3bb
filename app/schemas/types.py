"""Wire types: how values of the contract become Python's, and back.

The contract judges requests before a model reads them, so these types only tell values apart and
convert them. Each takes every value that the contract's validator allows.
"""

import uuid
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as Number
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    GetPydanticSchema,
    PlainSerializer,
    PlainValidator,
    SecretStr,
)
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import (
    CoreSchema,
    datetime_schema,
    int_schema,
    json_or_python_schema,
    no_info_plain_validator_function,
    union_schema,
    uuid_schema,
)

from app.core.formats import checker, is_decimal

_is_date_time = checker("date-time")
_is_date = checker("date")
_is_uuid = checker("uuid")


_FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


def _date_time(value: object) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    if not isinstance(value, str) or not _is_date_time(value):
        raise PydanticCustomError(
            "date_time", "Input should be a date and time with offset (RFC 3339)"
        )
    return _nearest_moment(value.upper())


def _nearest_moment(text: str) -> datetime:
    """Return a moment in UTC; where RFC 3339 knows it and Python does not, the nearest one.

    That concerns the year 0, offsets that lead out of the years 1 to 9999, and leap seconds.
    """
    if text.startswith("0000"):
        return _FIRST_MOMENT
    is_leap = text[17:19] == "60"
    try:
        moment = datetime.fromisoformat(f"{text[:17]}59{text[19:]}" if is_leap else text)
        return moment.astimezone(UTC) + timedelta(seconds=is_leap)
    except OverflowError:
        return _FIRST_MOMENT if text.startswith("0001") else _LAST_MOMENT


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _is_date(value):
        raise PydanticCustomError("date", "Input should be a date (RFC 3339)")
    return date.min if value.startswith("0000") else date.fromisoformat(value)


def _uuid(value: object) -> uuid.UUID:
    if isinstance(value, uuid.UUID):
        return value
    if not isinstance(value, str) or not _is_uuid(value):
        raise PydanticCustomError("uuid", "Input should be a UUID (RFC 9562)")
    return uuid.UUID(value)


def _decimal(value: object) -> Number:
    if isinstance(value, Number):
        return value
    if not isinstance(value, str) or not is_decimal(value):
        raise PydanticCustomError("decimal", "Input should be a decimal number in a string")
    number = Number(value)
    return number or abs(number)


def _integer(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise PydanticCustomError("integer", "Input should be an integer")
    return value


def _number(value: object) -> float:
    if not isinstance(value, float | int) or isinstance(value, bool):
        raise PydanticCustomError("number", "Input should be a number")
    return value


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _known(known: CoreSchema, read: Callable[[object], object], error: str) -> GetPydanticSchema:
    """Take what `known` allows without a call of Python, and let `read` judge anything else."""

    def schema(_source: object, _handler: object) -> CoreSchema:
        # A new schema each time: Pydantic writes the names of aliases into it.
        other = no_info_plain_validator_function(read)
        either = union_schema(
            [known, other],
            mode="left_to_right",
            custom_error_type="wire_type",
            custom_error_message=f"Input should be {error}",
        )
        return json_or_python_schema(no_info_plain_validator_function(read), either)

    return GetPydanticSchema(schema)


AwareDatetime = Annotated[
    datetime,
    _known(
        datetime_schema(strict=True, tz_constraint="aware"),
        _date_time,
        "a date and time with offset (RFC 3339)",
    ),
]
Date = Annotated[date, BeforeValidator(_date)]
Decimal = Annotated[
    Number, PlainValidator(_decimal), PlainSerializer("{:f}".format, when_used="json")
]
"""A number in a string, so that no reader makes it a float; zero has no sign."""
UUID = Annotated[uuid.UUID, _known(uuid_schema(strict=True), _uuid, "a UUID (RFC 9562)")]
Password = Annotated[SecretStr, PlainSerializer(SecretStr.get_secret_value, when_used="json")]
"""Kept out of logs, and sent as it is."""
StrictInt = Annotated[int, _known(int_schema(strict=True), _integer, "an integer")]
StrictFloat = Annotated[
    float,
    # A new schema each time: Pydantic writes the names of aliases into it.
    GetPydanticSchema(lambda _source, _handler: no_info_plain_validator_function(_number)),
]
"""A number; one that is written as an integer stays one, so that no digit is lost."""
whole = BeforeValidator(_whole)
"""Takes `1.0` for the literal 1, as JSON does."""


def default(value: object) -> Any:  # noqa: ANN401 - as the `Field` of Pydantic
    """Return the default of a field, as JSON; it becomes the field's type."""
    return Field(default_factory=lambda: deepcopy(value))


def tagged(name: str, table: Mapping[str, str]) -> Discriminator:
    """Return how the property `name` chooses a member of a union: by the table, value → tag."""

    def tag(value: object) -> str | None:
        found = value.get(name) if isinstance(value, dict) else None
        return table.get(str(found)) if isinstance(value, dict) else type(value).__name__

    return Discriminator(tag)
