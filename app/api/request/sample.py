"""Values that a schema allows, for responses of operations without code."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import product
from typing import Any, Protocol

from app.api.request.sample_scalars import NoSample, a_number, a_string, matches

Node = Mapping[str, Any]
Seen = tuple[int, ...]
Hint = Callable[[str], Sequence[object]]

_UNIONS = ("oneOf", "anyOf")
_VALUES = {"enum", "const"}


class References(Protocol):
    """What follows references."""

    def dereference(self, node: Node) -> Node:
        """Return what a reference leads to, or the node itself."""


def samples(
    references: References, schema: object, hint: Hint = lambda _: (), alternatives: int = 1
) -> Iterator[Any]:
    """Yield values that a schema should allow: with all members or few, of its examples or made.

    Args:
        references: Follows the references in the schema.
        schema: A JSON Schema.
        hint: Returns what a member of this name may be; the first that fits is taken.
        alternatives: How many members of each union are tried.
    """
    for choice, kind, is_full in product(range(alternatives), (Sampler, _Maker), (True, False)):
        with suppress(NoSample):
            sampler = kind(references.dereference, hint, is_full=is_full, choice=choice)
            yield sampler.value(schema)


class Sampler:
    """Makes values; a subclass may decide otherwise what the contract leaves open.

    Args:
        dereference: Returns what a reference leads to.
        hint: As for `samples`.
        is_full: Optional members are there, too.
        choice: Which member of a union the value follows, if there are as many.
    """

    def __init__(
        self,
        dereference: Callable[[Node], Node],
        hint: Hint,
        *,
        is_full: bool,
        choice: int = 0,
    ) -> None:
        self.dereference = dereference
        self.hint = hint
        self.is_full = is_full
        self.choice = choice

    def value(
        self, schema: object, name: str = "", seen: Seen = ()
    ) -> Any:  # noqa: ANN401 - any JSON
        """Return a value of a schema.

        Raises:
            NoSample: It has none, or none that is found quickly.
        """
        if not isinstance(schema, Mapping):
            if schema is False:
                raise NoSample
            return {}
        merged, seen = self._merged(schema, seen)
        return self._merged_value(merged, name, seen)

    def _merged_value(self, schema: Node, name: str, seen: Seen) -> Any:  # noqa: ANN401 - as above
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
            "string": lambda: a_string(schema),
            "integer": lambda: a_number(schema, whole=True),
            "number": lambda: a_number(schema, whole=False),
            "boolean": lambda: True,
            "null": lambda: None,
        }
        return make[kind]()

    def alternative(self, members: Sequence[Node]) -> Node:
        """Return the member of a union that the value follows."""
        return members[min(self.choice, len(members) - 1)]

    def has_optional(self) -> bool:
        """Tell whether an optional member is there."""
        return self.is_full

    def size(self, least: int, most: int) -> int:
        """Return how many items an array has."""
        return max(least, min(most, 1 if self.is_full else 0))

    def _merged(self, schema: Node, seen: Seen) -> tuple[dict[str, Any], Seen]:
        """Return the schema with its parts and one alternative written into it.

        The second value says which schemas are in it, so that none is in itself.
        """
        found = self.dereference(schema)
        if id(found) in seen:
            raise NoSample
        seen = (*seen, id(found)) if found is not schema else seen
        whole = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
        merged = {key: it for key, it in whole.items() if key not in ("allOf", *_UNIONS)}
        limits: Node = {key: merged[key] for key in _VALUES & merged.keys()}
        for part in whole.get("allOf", ()):
            own, seen = self._merged({**part, **limits}, seen)
            _merge(merged, own)
        for key in _UNIONS:
            if members := [it for it in whole.get(key, ()) if self._is_candidate(it, merged)]:
                seen = self._choose(merged, whole, members, seen)
        return merged, seen

    def _is_candidate(self, member: Node, merged: Node) -> bool:
        """Tell whether an alternative is a value, and one that the enum beside it lists."""
        found = self.dereference(member)
        listed = merged.get("enum", [merged["const"]] if "const" in merged else None)
        wrong = listed is not None and "const" in found and found["const"] not in listed
        return found.get("type") != "null" and not wrong

    def _choose(
        self, merged: dict[str, Any], schema: Node, members: Sequence[Node], seen: Seen
    ) -> Seen:
        first = self.alternative(members)
        for member in (first, *(it for it in members if it is not first)):
            with suppress(NoSample):
                own, seen = self._merged(member, seen)
                _merge(merged, own)
                merged |= _tagged(merged, schema.get("discriminator", {}), member)
                return seen
        raise NoSample

    def _object(self, schema: Node, seen: Seen) -> dict[str, Any]:
        required = schema.get("required", ())
        properties: Node = schema.get("properties", {})
        result: dict[str, Any] = {}
        for name, member in {**properties, **{n: properties.get(n, {}) for n in required}}.items():
            is_left_out = name not in required and not self.hint(name) and not self.has_optional()
            if is_left_out or self.dereference(member).get("writeOnly") is True:
                continue
            try:
                result[name] = self.value(member, name, seen)
            except NoSample:
                if name in required:
                    raise
        others = schema.get("additionalProperties", {})
        while len(result) < schema.get("minProperties", 0):
            result[f"property{len(result) + 1}"] = self.value(others, "", seen)
        return result

    def _array(self, schema: Node, name: str, seen: Seen) -> list[Any]:
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


class _Maker(Sampler):
    """Makes values without the examples of the contract, which may be wrong."""

    def written(self, schema: Node) -> Iterator[Any]:
        yield from ([schema["const"]] if "const" in schema else schema.get("enum", ()))


def _tagged(merged: Node, discriminator: Node, member: Node) -> dict[str, Any]:
    """Return the properties with the value of the discriminator that chooses a member."""
    for value, reference in discriminator.get("mapping", {}).items():
        if reference == member.get("$ref"):
            tag = {discriminator["propertyName"]: {"const": value}}
            return {"properties": {**merged.get("properties", {}), **tag}}
    return {}


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
