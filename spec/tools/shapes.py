"""What several schemas that hold for one value say together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spec.tools.contract import Node

UNIONS = ("oneOf", "anyOf")
_OBJECT = ("properties", "additionalProperties", "patternProperties", "unevaluatedProperties")
_ARRAY = ("items", "prefixItems")
_DECISIVE = {*_OBJECT, *_ARRAY, *UNIONS, "$ref", "enum", "const", "format", "allOf"}
_BRANCHES = ("then", "else")


def decides(node: Node) -> bool:
    """Tell whether a schema says more of a type than bounds, words and `type: object`."""
    if not isinstance(node.value, dict):
        return False
    kinds = set(node.strings("type"))
    return bool(_DECISIVE & node.value.keys()) or bool(kinds - {"object", "array"})


def without(node: Node, *keys: str) -> Node:
    """Return a schema without some of its keywords."""
    value = node.value if isinstance(node.value, dict) else {}
    return node._replace(value={key: it for key, it in value.items() if key not in keys})


def layers(nodes: Sequence[Node]) -> Iterator[Node]:
    """Yield the schemas that decide, those in `allOf` on their own; references stay."""
    for node in nodes:
        own = without(node, "allOf")
        if decides(own):
            yield own
        yield from layers([member for _, member in node.child("allOf").entries()])


def expand(nodes: Sequence[Node], seen: frozenset[tuple[str, ...]] = frozenset()) -> Iterator[Node]:
    """Yield every schema that holds, with references and `allOf` followed."""
    for node in nodes:
        if node.has("$ref"):
            target = node.target()
            if target.pointer not in seen:
                yield from expand([target], seen | {target.pointer})
        yield from expand([member for _, member in node.child("allOf").entries()], seen)
        if isinstance(node.value, dict):
            yield without(node, "$ref", "allOf")


@dataclass(frozen=True)
class Shape:
    """Schemas that hold together; none of them has a `$ref` or an `allOf`."""

    parts: tuple[Node, ...]

    @classmethod
    def of(cls, *nodes: Node) -> "Shape":
        """Return what the schemas say together."""
        return cls(tuple(expand(nodes)))

    def first(self, key: str) -> Node | None:
        """Return the first schema's word on a keyword."""
        return next((part.child(key) for part in self.parts if part.has(key)), None)

    def text(self, key: str) -> str:
        """Return the first string of a keyword."""
        return next((part.text(key) for part in self.parts if part.text(key)), "")

    @property
    def kinds(self) -> list[str]:
        """Return the types that a value may have, in the contract's order; none: any."""
        kinds: list[str] | None = None
        for part in self.parts:
            if own := part.strings("type"):
                kinds = own if kinds is None else _both(kinds, own)
        if kinds is None and any(part.has(key) for part in self.parts for key in _OBJECT):
            return ["object"]
        if kinds is None and any(part.has(key) for part in self.parts for key in _ARRAY):
            return ["array"]
        return kinds or []

    @property
    def union(self) -> tuple["Shape", list[Node], Node] | None:
        """Return what holds beside the first union that decides, its members, and its holder."""
        for index, part in enumerate(self.parts):
            for key in UNIONS:
                members = [member for _, member in part.child(key).entries()]
                if any(decides(member) for member in members):
                    rest = (*self.parts[:index], without(part, key), *self.parts[index + 1 :])
                    return Shape(rest), members, part
        return None

    @property
    def properties(self) -> dict[str, list[Node]]:
        """Return every property with all schemas that hold for it."""
        found: dict[str, list[Node]] = {}
        for part in self.parts:
            for name, node in part.child("properties").entries():
                found.setdefault(name, []).append(node)
        for part in self.parts:
            for branch in _conditional(part):
                for name, nodes in Shape.of(branch).properties.items():
                    found.setdefault(name, nodes)
        allowed = found.items()
        return {
            name: nodes for name, nodes in allowed if all(it.value is not False for it in nodes)
        }

    @property
    def required(self) -> set[str]:
        """Return the names of the properties that have to be there."""
        return {name for part in self.parts for name in part.strings("required")}

    @property
    def closed(self) -> bool:
        """Tell whether no other property may be there."""
        keys = ("additionalProperties", "unevaluatedProperties")
        return any(part.child(key).value is False for part in self.parts for key in keys)

    @property
    def keeps_others(self) -> bool:
        """Tell whether the contract speaks of properties that have no name in it."""
        keys = ("additionalProperties", "unevaluatedProperties", "patternProperties")
        values = (part.child(key).value for part in self.parts for key in keys)
        return any(value is not None and value is not False for value in values)

    @property
    def others(self) -> list[Node]:
        """Return what holds for every property without a name of its own."""
        nodes = [part.child("additionalProperties") for part in self.parts]
        return [node for node in nodes if isinstance(node.value, dict)]

    @property
    def items(self) -> list[Node]:
        """Return what holds for every item of an array."""
        return [part.child("items") for part in self.parts if part.has("items")]

    @property
    def prefix(self) -> list[Node]:
        """Return what holds for the first items of an array, one by one."""
        node = self.first("prefixItems")
        return [child for _, child in node.entries()] if node else []


def _both(left: list[str], right: list[str]) -> list[str]:
    """Return the types of both lists; an integer is a number."""
    narrow = [kind for kind in left if kind in right]
    if "integer" in (*left, *right) and "integer" not in narrow and "number" in (*left, *right):
        narrow.append("integer")
    return narrow


def _conditional(part: Node) -> Iterator[Node]:
    """Yield schemas that hold only for some values."""
    yield from (part.child(key) for key in _BRANCHES if part.has(key))
    yield from (node for _, node in part.child("dependentSchemas").entries())
    for key in UNIONS:
        yield from (member for _, member in part.child(key).entries())
