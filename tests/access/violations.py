"""Values that the contract refuses: at least one for each keyword of a schema, derived from it."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema_rs import Validator, validator_for

Json = Any
Schema = Mapping[str, Any]

_KINDS: Mapping[str, Json] = {"object": {}, "array": [], "boolean": True, "null": None}
_MEMBER = "a_member_that_is_unknown"
_DEEPEST = 6


class Violations:
    """Breaks the schemas of one document of the contract."""

    def __init__(self, document: Schema) -> None:
        self._document = document

    def follow(self, node: Schema) -> Schema:
        """Return what a reference leads to."""
        while "$ref" in node:
            found: Json = self._document
            for key in node["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            node = found
        return node

    def of(self, schema: Schema, good: Json) -> Iterator[Json]:
        """Yield variations of a valid value that the schema refuses."""
        validator = self._validator(schema)
        yield from (one for one in self._broken(schema, good, 0) if not validator.is_valid(one))

    def _validator(self, schema: Schema) -> Validator:
        whole = {**schema, "components": self._document["components"]}
        return validator_for(whole, validate_formats=True)

    def _broken(self, written: Schema, good: Json, depth: int) -> Iterator[Json]:
        schema = self.follow(written)
        if depth > _DEEPEST:
            return
        if "type" in schema:
            yield next(it for kind, it in _KINDS.items() if kind not in schema["type"])
        yield from _broken_text(schema)
        yield from _broken_number(schema)
        for key in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(key, ()):
                yield from self._broken(part, good, depth + 1)
        if "properties" in schema or "additionalProperties" in schema:
            yield from self._broken_object(schema, good if isinstance(good, dict) else {}, depth)
        if "items" in schema:
            yield from self._broken_array(schema, good if isinstance(good, list) else [], depth)

    def _broken_object(self, schema: Schema, good: Schema, depth: int) -> Iterator[Json]:
        yield {**good, _MEMBER: "x"}
        yield {}
        for name in schema.get("required", ()):
            yield {key: one for key, one in good.items() if key != name}
        for name, part in schema.get("properties", {}).items():
            for one in self._broken(part, good.get(name), depth + 1):
                yield {**good, name: one}

    def _broken_array(self, schema: Schema, good: list[Json], depth: int) -> Iterator[Json]:
        first = good[:1] or ["x"]
        yield []
        yield first * 2
        yield first * (schema.get("maxItems", 1) + 1)
        for one in self._broken(schema["items"], first[0], depth + 1):
            yield [one]


def _broken_text(schema: Schema) -> Iterator[Json]:
    if schema.keys() & {"pattern", "format", "enum", "const"}:
        yield from ("~", "\0", "\xe4")
    if "minLength" in schema:
        yield "a" * (schema["minLength"] - 1)
    if "maxLength" in schema:
        yield "a" * (schema["maxLength"] + 1)


def _broken_number(schema: Schema) -> Iterator[Json]:
    for key, step in {"minimum": -1, "maximum": 1}.items():
        if key in schema:
            yield schema[key] + step
    for key in ("exclusiveMinimum", "exclusiveMaximum"):
        if key in schema:
            yield schema[key]
