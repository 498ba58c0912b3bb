"""The preferences of the `Prefer` header (RFC 7240) that choose the response of a mock.

The names and meanings are those of Prism: `code`, `example` and `dynamic`.
"""

import re
from dataclasses import dataclass
from typing import Self

from app.core.exceptions import PreferenceRefused

_WORD = r"""[!#$%&'*+.^_`|~0-9A-Za-z-]+"""
_QUOTED = r'"(?:\\.|[^"\\])*"'
_PREFERENCE = re.compile(
    rf"""[\s,]*(?P<name>{_WORD})\s*(?:=\s*(?P<value>{_QUOTED}|[^\s,;"]*)\s*)?"""
    rf"""(?:;(?:{_QUOTED}|[^,"])*)?(?:,|$)"""
)
_ESCAPED = re.compile(r"\\(.)")
_BOOLEANS = {"true": True, "false": False}
_FIRST_STATUS, _LAST_STATUS = 200, 599


@dataclass(frozen=True)
class Preferences:
    """What a client wants from a mock.

    Attributes:
        code: Status of the response; None for the first success.
        example: Name of an example of the contract.
        dynamic: Whether the body is random; None if the client did not say.
    """

    code: int | None = None
    example: str | None = None
    dynamic: bool | None = None

    @classmethod
    def read(cls, field: str) -> Self:
        """Return the preferences of a `Prefer` header; names that a mock does not know are ignored.

        Raises:
            PreferenceRefused: The header is malformed, or a value is not one that a mock knows.
        """
        named = _named(field)
        return cls(
            code=_code(named["code"]) if "code" in named else None,
            example=_example(named["example"]) if "example" in named else None,
            dynamic=_dynamic(named["dynamic"]) if "dynamic" in named else None,
        )


def _named(field: str) -> dict[str, str]:
    """Return name → value; the first of equal names counts (RFC 7240, section 2)."""
    named: dict[str, str] = {}
    field, position = field.rstrip(", \t"), 0
    while position < len(field):
        if (found := _PREFERENCE.match(field, position)) is None:
            raise PreferenceRefused(
                "The Prefer header is malformed: send name=value, with commas between preferences."
            )
        value = found["value"] or ""
        if value.startswith('"'):
            value = _ESCAPED.sub(r"\1", value[1:-1])
        named.setdefault(found["name"].lower(), value)
        position = found.end()
    return named


def _code(value: str) -> int:
    if re.fullmatch("[0-9]{3}", value, re.ASCII) and _FIRST_STATUS <= int(value) <= _LAST_STATUS:
        return int(value)
    raise PreferenceRefused(
        f"The preference code={value} is no status: send a number from {_FIRST_STATUS} to "
        f"{_LAST_STATUS}."
    )


def _example(value: str) -> str:
    if value:
        return value
    raise PreferenceRefused("The preference example has no value: send the name of an example.")


def _dynamic(value: str) -> bool:
    if value in _BOOLEANS:
        return _BOOLEANS[value]
    raise PreferenceRefused(f"The preference dynamic={value} is unknown: send true or false.")


def word(text: str) -> str:
    """Return a value of a preference; one that is no token is quoted."""
    if text.replace("-", "").replace("_", "").isalnum() and text.isascii():
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
