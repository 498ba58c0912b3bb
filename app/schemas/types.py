"""Wire types: formats and numbers exactly as the contract's own validator reads them.

Pydantic's stock types differ from JSON Schema in both directions: they read `"5"` as an integer,
refuse `1.0`, take a number for a date and rewrite URLs. These types ask the validator that also
checks the contract, so model and contract cannot disagree.
"""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, FiniteFloat
from pydantic_core import PydanticCustomError

from app.core.formats import checker, email

_is_date_time = checker("date-time")
_is_uri = checker("uri")
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


def _uuid(value: object) -> uuid.UUID:
    if isinstance(value, uuid.UUID):
        return value
    if not isinstance(value, str) or not _is_uuid(value):
        raise PydanticCustomError("uuid", "Input should be a UUID (RFC 9562)")
    return uuid.UUID(value)


def _uri(value: str) -> str:
    if not _is_uri(value):
        raise PydanticCustomError("uri", "Input should be an absolute URI (RFC 3986)")
    return value


def _integer(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise PydanticCustomError("integer", "Input should be an integer")
    return value


def _number(value: object) -> float | int:
    if not isinstance(value, float | int) or isinstance(value, bool):
        raise PydanticCustomError("number", "Input should be a number")
    return value


def _integer_text(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,18}", value, re.ASCII):
        raise PydanticCustomError("integer", "Input should be an integer")
    return value


def _number_text(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(
        r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", value, re.ASCII
    ):
        raise PydanticCustomError("number", "Input should be a number")
    return value


def _boolean_text(value: object) -> object:
    if isinstance(value, str) and value not in {"true", "false"}:
        raise PydanticCustomError("boolean", "Input should be true or false")
    return value


AwareDatetime = Annotated[datetime, BeforeValidator(_date_time)]
UUID = Annotated[uuid.UUID, BeforeValidator(_uuid)]
EmailStr = Annotated[str, AfterValidator(email)]
AnyUrl = Annotated[str, AfterValidator(_uri)]
StrictInt = Annotated[int, BeforeValidator(_integer)]
StrictFloat = Annotated[FiniteFloat, BeforeValidator(_number)]

IntParam = Annotated[int, BeforeValidator(_integer_text)]
FloatParam = Annotated[FiniteFloat, BeforeValidator(_number_text)]
BoolParam = Annotated[bool, BeforeValidator(_boolean_text)]
