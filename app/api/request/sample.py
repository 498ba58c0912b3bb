"""Values that a schema allows, for responses of operations without code."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

Node = Mapping[str, Any]
Hint = Callable[[str], Sequence[object]]

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
}
# Tried in this order against a pattern.
_WORDS = (
    *("string", "a", "A", "1", "0", "abc", "ABC", "AAA", "AA", "12", "123", "1234", "123456"),
    *("1.0", "1.00", "10.00", "1.0.0", "2026-01-31", "12:00", "a-b", "a_b", "a/b", "a.b", "#000"),
    *("en", "en-US", "EUR", "+1", "+12025550123", "00:00:00:00:00:00", "/", "https://example.com/"),
    *("a" * 8, "A" * 8, "0" * 8, "0" * 16, "0" * 32, "a" * 32, "A1", "a1", ""),
)
_UNIONS = ("oneOf", "anyOf")


class References(Protocol):
    """What follows references."""

    def dereference(self, node: Node) -> Node:
        """Return what a reference leads to, or the node itself."""


class NoSample(Exception):
    """No value was found that the schema allows."""


def samples(references: References, schema: object, hint: Hint = lambda _: ()) -> Iterator[Any]:
    """Yield values that a schema should allow: one with all members, one with few.

    Args:
        references: Follows the references in the schema.
        schema: A JSON Schema.
        hint: Returns what a member of this name may be; the first that fits is taken.
    """
    for is_full in (True, False):
        with suppress(NoSample):
            yield Sampler(references.dereference, hint, is_full=is_full).value(schema)


class Sampler:
    """Makes values; a subclass may decide otherwise what the contract leaves open.

    Args:
        dereference: Returns what a reference leads to.
        hint: As for `samples`.
        is_full: Optional members are there, too.
    """

    def __init__(self, dereference: Callable[[Node], Node], hint: Hint, *, is_full: bool) -> None:
        self.dereference = dereference
        self.hint = hint
        self.is_full = is_full

    def value(
        self, schema: object, name: str = "", seen: tuple[int, ...] = ()
    ) -> Any:  # noqa: ANN401 - any JSON
        """Return a value of a schema.

        Raises:
            NoSample: It has none, or none that is found quickly.
        """
        if not isinstance(schema, Mapping):
            if schema is False:
                raise NoSample
            return {}
        found = self.dereference(schema)
        if id(found) in seen:
            raise NoSample
        seen = (*seen, id(found)) if found is not schema else seen
        merged = self._merged({**found, **{k: v for k, v in schema.items() if k != "$ref"}}, seen)
        return self._merged_value(merged, name, seen)

    def _merged_value(
        self, schema: Node, name: str, seen: tuple[int, ...]
    ) -> Any:  # noqa: ANN401 - as above
        kind = self.kind(schema)
        for hinted in self.hint(name):
            wanted = hinted[: schema.get("maxLength")] if isinstance(hinted, str) else hinted
            if _fits(wanted, kind, schema):
                return wanted
        for written in self.written(schema):
            return written
        if kind == "object":
            return self._object(schema, seen)
        if kind == "array":
            return self._array(schema, name, seen)
        return self.scalar(kind, schema)

    def kind(self, schema: Node) -> str:
        """Return the type of the value: the first that the schema names."""
        kinds = schema.get("type", ())
        kinds = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
        if kinds:
            return str(kinds[0])
        if schema.get("type"):
            return "null"
        return "array" if "items" in schema else "object" if "properties" in schema else "string"

    def written(self, schema: Node) -> Iterator[Any]:
        """Yield the values that the schema itself names."""
        yield from (schema[key] for key in ("const", "default") if key in schema)
        for key in ("examples", "enum"):
            yield from schema.get(key, ())

    def scalar(self, kind: str, schema: Node) -> Any:  # noqa: ANN401 - any JSON
        """Return a string, a number, a boolean or null.

        Raises:
            NoSample: None is found quickly.
        """
        make: Mapping[str, Callable[[], Any]] = {
            "string": lambda: _string(schema),
            "integer": lambda: _number(schema, whole=True),
            "number": lambda: _number(schema, whole=False),
            "boolean": lambda: True,
            "null": lambda: None,
        }
        return make[kind]()

    def alternative(self, members: Sequence[Node]) -> Node:
        """Return the member of a union that the value follows."""
        return members[0]

    def has_optional(self) -> bool:
        """Tell whether an optional member is there."""
        return self.is_full

    def size(self, least: int, most: int) -> int:
        """Return how many items an array has."""
        return max(least, min(most, 1 if self.is_full else 0))

    def _merged(self, schema: Node, seen: tuple[int, ...]) -> Node:
        """Return the schema with its parts and its first alternative written into it."""
        merged: dict[str, Any] = {k: v for k, v in schema.items() if k not in ("allOf", *_UNIONS)}
        for part in schema.get("allOf", ()):
            _merge(merged, self._merged(self.dereference(part), seen))
        for key in _UNIONS:
            members = [m for m in schema.get(key, ()) if self.dereference(m).get("type") != "null"]
            if members:
                self._choose(merged, schema, self.alternative(members), seen)
        return merged

    def _choose(
        self, merged: dict[str, Any], schema: Node, member: Node, seen: tuple[int, ...]
    ) -> None:
        _merge(merged, self._merged(self.dereference(member), seen))
        discriminator = schema.get("discriminator", {})
        for value, reference in discriminator.get("mapping", {}).items():
            if reference == member.get("$ref"):
                properties = merged.setdefault("properties", {})
                merged["properties"] = {
                    **properties,
                    discriminator["propertyName"]: {"const": value},
                }
                break

    def _object(self, schema: Node, seen: tuple[int, ...]) -> dict[str, Any]:
        required = schema.get("required", ())
        properties: Node = schema.get("properties", {})
        result: dict[str, Any] = {}
        for name, member in {**properties, **{n: properties.get(n, {}) for n in required}}.items():
            if name not in required and not self.hint(name) and not self.has_optional():
                continue
            try:
                result[name] = self.value(member, name, seen)
            except NoSample:
                if name in required:
                    raise
        return result

    def _array(self, schema: Node, name: str, seen: tuple[int, ...]) -> list[Any]:
        least = schema.get("minItems", 0)
        size = self.size(least, schema.get("maxItems", least + 3))
        if "prefixItems" in schema:
            return [self.value(item, name, seen) for item in schema["prefixItems"]]
        try:
            return [self.value(schema.get("items", {}), name, seen) for _ in range(size)]
        except NoSample:
            if least:
                raise
            return []


def _merge(merged: dict[str, Any], part: Node) -> None:
    for key, value in part.items():
        if key == "properties":
            merged[key] = {**merged.get(key, {}), **value}
        elif key == "required":
            merged[key] = [*merged.get(key, ()), *value]
        else:
            merged.setdefault(key, value)


def _fits(value: object, kind: str, schema: Node) -> bool:
    if "const" in schema or "enum" in schema:
        return value in schema.get("enum", [schema.get("const")])
    if kind == "string":
        long_enough = isinstance(value, str) and len(value) >= schema.get("minLength", 0)
        pattern = schema.get("pattern", "")
        return long_enough and "format" not in schema and matches(pattern, str(value))
    return kind in {"integer", "number"} and isinstance(value, int)


def _string(schema: Node) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if text := _FORMATS.get(schema.get("format", "")):
        return text
    if schema.get("contentEncoding") == "base64":
        return "YQ=="
    pattern = schema.get("pattern", "")
    for word in _WORDS:
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


def _number(schema: Node, *, whole: bool) -> float:
    step = schema.get("multipleOf", 1)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    start = 1 if low is None else low
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
