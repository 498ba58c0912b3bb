"""The bundled contract as a judge: validators, and what its schemas say of a value's type."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, cast
from urllib.parse import quote, unquote

from jsonschema_rs import Registry, Validator, validator_for

from app.api.request.meaning import Direction, prepare
from app.core.formats import EMAIL_OPTIONS, FORMATS

_CONTRACT = "urn:contract"
_TYPES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    type(None): "null",
    list: "array",
    dict: "object",
}

Node = Mapping[str, Any]


def escape(key: str) -> str:
    """Return a key as a token of a JSON Pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


class Contract:
    """The contract as one direction means it: `request` ignores what is readOnly, and so on."""

    def __init__(self, document: Node, direction: Direction) -> None:
        self.document: Node = prepare(document, direction)
        self._registry = Registry([(_CONTRACT, dict(self.document))])
        self.validator: Callable[[str], Validator] = cache(self._validator)

    def resolve(self, pointer: str) -> tuple[str, Node]:
        """Return pointer and value, with references followed."""
        node: Any = self.document
        for part in pointer.split("/")[1:]:
            node = self.dereference(node) if isinstance(node, dict) else node
            key = part.replace("~1", "/").replace("~0", "~")
            node = node[int(key)] if isinstance(node, list) else node[key]
        if isinstance(node, dict) and "$ref" in node:
            return self.resolve(unquote(node["$ref"][1:]))
        return pointer, node

    def dereference(self, node: Node) -> Node:
        """Return what a reference leads to, or the node itself."""
        return self.resolve(unquote(node["$ref"][1:]))[1] if "$ref" in node else node

    def composed(self, schema: Node) -> Validator:
        """Return the validator of a schema that refers to the contract by `reference`."""
        return validator_for(
            dict(schema),
            registry=self._registry,
            validate_formats=True,
            formats=FORMATS,
            # The message is logged, and the body may hold a password.
            mask="the value",
            email_options=EMAIL_OPTIONS,
        )

    def reference(self, pointer: str) -> Node:
        """Return a schema that is the one at a pointer."""
        return {"$ref": f"{_CONTRACT}#{quote(pointer)}"}

    def allows(self, pointer: str, value: object) -> bool:
        """Tell whether the schema at a pointer allows a value."""
        return self.validator(pointer).is_valid(cast("Any", value))

    def _validator(self, pointer: str) -> Validator:
        return self.composed(self.reference(pointer))

    def parts(self, schema: object) -> Iterator[Node]:
        """Yield every schema that may hold for a value: references, `allOf` and alternatives."""
        waiting, seen = [schema], set[int]()
        while waiting:
            part = waiting.pop(0)
            if not isinstance(part, dict) or id(part) in seen:
                continue
            seen.add(id(part))
            yield part
            if "$ref" in part:
                waiting.append(self.dereference(part))
            for key in ("allOf", "anyOf", "oneOf"):
                waiting += part.get(key, [])

    def kinds(self, schema: object) -> frozenset[str]:
        """Return the JSON types that a schema speaks of."""
        found: set[str] = set()
        for part in self.parts(schema):
            declared = part.get("type", [])
            found |= {declared} if isinstance(declared, str) else set(declared)
            values = [part["const"]] if "const" in part else part.get("enum", [])
            if "type" not in part:
                found |= {_TYPES[type(value)] for value in values}
        return frozenset(found)

    def properties(self, schema: object) -> dict[str, Node]:
        """Return every property that a schema names."""
        found: dict[str, Node] = {}
        for part in self.parts(schema):
            found = {**part.get("properties", {}), **found}
        return found

    def items(self, schema: object) -> object:
        """Return the schema of an array's items."""
        return next((part["items"] for part in self.parts(schema) if "items" in part), {})
