"""Random values that a schema allows, for mocks that are asked for them."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from random import Random
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any
from uuid import UUID

from app.api.request.sample import Node, References, Sampler
from app.api.request.sample_scalars import NoSample, matches

_ATTEMPTS = 30
_OPTIONAL, _NULL = 0.7, 0.1
_SPREAD = 1000
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_DECADE_SECONDS = 315_360_000
_SHAPES = (digits, ascii_lowercase, ascii_uppercase)


def random_samples(references: References, schema: object, generator: Random) -> Iterator[Any]:
    """Yield random values that a schema should allow; a few of them may not fit.

    Args:
        references: Follows the references in the schema.
        schema: A JSON Schema.
        generator: Decides what the schema leaves open.
    """
    for _ in range(_ATTEMPTS):
        with suppress(NoSample):
            yield _RandomSampler(references, generator).value(schema)


class _RandomSampler(Sampler):
    def __init__(self, references: References, generator: Random) -> None:
        super().__init__(references.dereference, lambda _: (), is_full=True)
        self._random = generator

    def kind(self, schema: Node) -> str:
        declared = schema.get("type", ())
        kinds = [declared] if isinstance(declared, str) else list(declared)
        if "null" in kinds and self._random.random() < _NULL:
            return "null"
        kinds = [kind for kind in kinds if kind != "null"]
        return self._random.choice(kinds) if kinds else super().kind(schema)

    def written(self, schema: Node) -> Iterator[Any]:
        if "const" in schema:
            yield schema["const"]
        elif schema.get("enum"):
            yield self._random.choice(schema["enum"])

    def alternative(self, members: Sequence[Node]) -> Node:
        return self._random.choice(members)

    def has_optional(self) -> bool:
        return self._random.random() < _OPTIONAL

    def size(self, least: int, most: int) -> int:
        return self._random.randint(least, max(least, min(most, least + 3)))

    def scalar(self, kind: str, schema: Node) -> Any:  # noqa: ANN401 - any JSON
        if kind == "string":
            return self._string(schema)
        if kind == "boolean":
            return self._random.random() < 0.5
        if kind in {"integer", "number"}:
            return self._number(schema, whole=kind == "integer")
        return super().scalar(kind, schema)

    def _string(self, schema: Node) -> str:
        if make := self._formats().get(schema.get("format", "")):
            return make()
        if "pattern" in schema or "format" in schema or schema.get("contentEncoding"):
            return self._like(schema)
        least = schema.get("minLength", 0)
        most = min(schema.get("maxLength", math.inf), least + 20)
        size = self._random.randint(max(least, min(1, int(most))), int(most))
        return "".join(self._random.choices(ascii_lowercase + "  ", k=size)).replace("  ", " a")

    def _like(self, schema: Node) -> str:
        """Return a text in the shape of one that fits: each letter and digit is another one."""
        known = [text for text in schema.get("examples", ()) if isinstance(text, str)]
        model = self._random.choice(known) if known else str(super().scalar("string", schema))
        for _ in range(_ATTEMPTS):
            text = "".join(map(self._other, model))
            if "pattern" in schema and matches(schema["pattern"], text):
                return text
        return model

    def _other(self, letter: str) -> str:
        alphabet = next((shape for shape in _SHAPES if letter in shape), letter)
        return self._random.choice(alphabet)

    def _number(self, schema: Node, *, whole: bool) -> float:
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        if low is None:
            low = 0 if high is None else high - _SPREAD
        high = low + _SPREAD if high is None else min(high, low + _SPREAD)
        if step := schema.get("multipleOf"):
            first, last = math.ceil(low / step), math.floor(high / step)
            if first > last:
                raise NoSample
            value = self._random.randint(first, last) * step
            return int(value) if whole else value
        if not whole:
            return round(self._random.uniform(low, high), 2)
        if math.ceil(low) > math.floor(high):
            raise NoSample
        return self._random.randint(math.ceil(low), math.floor(high))

    def _moment(self) -> datetime:
        return _EPOCH + timedelta(seconds=self._random.randrange(_DECADE_SECONDS))

    def _word(self) -> str:
        return "".join(self._random.choices(ascii_lowercase, k=self._random.randint(3, 9)))

    def _formats(self) -> Mapping[str, Callable[[], str]]:
        draw = self._random
        return {
            "date-time": lambda: self._moment().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "date": lambda: self._moment().strftime("%Y-%m-%d"),
            "time": lambda: self._moment().strftime("%H:%M:%SZ"),
            "duration": lambda: f"PT{draw.randint(1, 23)}H",
            "uuid": lambda: str(UUID(int=draw.getrandbits(128), version=4)),
            "email": lambda: f"{self._word()}@example.com",
            "uri": lambda: f"https://example.com/{self._word()}",
            "uri-reference": lambda: f"/{self._word()}",
            "hostname": lambda: f"{self._word()}.example.com",
            "ipv4": lambda: str(IPv4Address(draw.getrandbits(32))),
            "ipv6": lambda: str(IPv6Address(draw.getrandbits(128))),
        }
