"""Strings and numbers that a schema allows."""

import re
from collections.abc import Mapping
from typing import Any

_FORMATS: Mapping[str, str] = {
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "uuid": "0199d6a0-a5b0-7c3e-9a4f-6f1d2c3b4a59",
    "email": "ada@example.com",
    "uri": "https://example.com/",
    "uri-reference": "/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "YQ==",
    "decimal": "1.00",
}
# Tried in this order against a pattern.
_WORDS = (
    *("string", "a", "A", "1", "0", "abc", "ABC", "AAA", "AA", "12", "123", "1234", "123456"),
    *("1.0", "1.00", "10.00", "1.0.0", "2026-01-31", "12:00", "a-b", "a_b", "a/b", "a.b", "#000"),
    *("en", "en-US", "EUR", "+1", "+12025550123", "00:00:00:00:00:00", "/", "https://example.com/"),
    *("a" * 8, "A" * 8, "0" * 8, "0" * 16, "0" * 32, "a" * 32, "A1", "a1", ""),
)
_PREFIX = re.compile(r"\^([A-Za-z0-9_:/-]+)(?![*?{+])")
"""The letters with which a pattern begins."""


class NoSample(Exception):
    """No value was found that the schema allows."""


def a_string(schema: Mapping[str, Any]) -> str:
    """Return a string; raises NoSample when none is found quickly."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if text := _FORMATS.get(schema.get("format", "")):
        return text
    if schema.get("contentEncoding") == "base64":
        return "YQ=="
    pattern = schema.get("pattern", "")
    prefix = _PREFIX.match(pattern)
    for word in (*(f"{prefix[1]}{word}" for word in _WORDS if prefix), *_WORDS):
        text = word if len(word) >= least else (word or "a") * (least // max(len(word), 1) + 1)
        text = text[:most] if most is not None else text
        if len(text) >= least and (not pattern or matches(pattern, text)):
            return text
    raise NoSample


def matches(pattern: str, text: str) -> bool:
    """Tell whether a text has a pattern in it; a pattern that Python cannot read fits nothing."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


def a_number(schema: Mapping[str, Any], *, whole: bool) -> float:
    """Return a number; raises NoSample when none is found quickly."""
    step = schema.get("multipleOf", 1)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    start = 1 if low is None or (low < 1 and (high is None or high > 1)) else low
    for count in range(3):
        value = (start // step + count) * step
        inside = (low is None or value >= low) and (high is None or value <= high)
        inside = inside and value != schema.get("exclusiveMinimum", None)
        if inside and value != schema.get("exclusiveMaximum", None):
            return int(value) if whole else value
    if high is not None and low is None:
        return int(high - step) if whole else high - step
    if not whole and low is not None and high is not None:
        return float((low + high) / 2)
    raise NoSample
