"""A schema with references and allOf taken apart, so that two ways to write it look the same."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import NoneType

from spec.diff.catalogue import Direction
from spec.tools.contract import Node
from spec.tools.load import Json, Pointer

_NUMBER = frozenset({"integer", "fraction"})
TYPES = _NUMBER | {"null", "boolean", "string", "array", "object"}
_UNIONS = ("oneOf", "anyOf")
# Keywords that are compared as a whole: contracts of this repository do not use them.
CONDITIONS = (
    *("not", "if", "then", "else", "contains", "minContains", "maxContains", "prefixItems"),
    *("patternProperties", "propertyNames", "dependentRequired", "dependentSchemas"),
    *("unevaluatedItems", "unevaluatedProperties"),
    *("contentMediaType", "contentEncoding", "contentSchema"),
)
_KINDS: dict[type, str] = {
    NoneType: "null",
    bool: "boolean",
    int: "integer",
    float: "integer",
    str: "string",
    list: "array",
    dict: "object",
}
_HIDDEN = {Direction.REQUEST: "readOnly", Direction.RESPONSE: "writeOnly"}


@dataclass(frozen=True)
class Union:
    """Several schemas of which one has to fit; null is not among them."""

    kind: str
    holder: Node
    branches: tuple[Node, ...]


@dataclass(frozen=True)
class View:
    """Schemas that a value has to fit all at once.

    Attributes:
        home: The value whose line is shown when no keyword has one.
        parts: The schemas, without references, allOf and unions.
        unions: The unions, of which a branch each has to fit.
        types: The types that are left; an integer and a fraction are the two kinds of number.
    """

    home: Node
    parts: tuple[Node, ...]
    unions: tuple[Union, ...]
    types: frozenset[str]

    @classmethod
    def of(cls, home: Node, *others: Node) -> "View":
        """Return the view of one schema, or of several that have to fit at once."""
        parts: list[Node] = []
        unions: list[Union] = []
        types = TYPES
        for node in (home, *others):
            _take_apart(node, parts, unions)
            types &= _types(node, frozenset())
        return cls(home, tuple(parts), tuple(unions), types)

    @property
    def key(self) -> tuple[Pointer, ...]:
        """Return what tells this view from others of its contract."""
        holders = (union.holder for union in self.unions)
        return tuple(node.pointer for node in (*self.parts, *holders))

    def without_unions(self) -> "View":
        """Return what holds whichever branch fits."""
        return View(self.home, self.parts, (), self.types)

    def within(self, outer: "View") -> "View":
        """Return this view, limited to what another one allows too."""
        return View(self.home, (*self.parts, *outer.parts), self.unions, self.types & outer.types)

    def holder(self, *keys: str) -> Node | None:
        """Return the first schema that has one of the keywords."""
        return next((part for part in self.parts if any(map(part.has, keys))), None)

    def values(self, key: str) -> list[Json]:
        """Return the keyword's value in every schema that has it."""
        return [part.child(key).value for part in self.parts if part.has(key)]

    def texts(self, key: str) -> frozenset[str]:
        """Return the keyword's values as JSON, to be compared."""
        return frozenset(map(written, self.values(key)))

    def numbers(self, key: str) -> list[Fraction]:
        """Return the keyword's values as exact numbers."""
        return [
            Fraction(str(value))
            for value in self.values(key)
            if isinstance(value, int | float) and not isinstance(value, bool)
        ]

    @cached_property
    def enum(self) -> frozenset[str] | None:
        """Return the values that are listed, without null; None if any value may come."""
        lists = [
            frozenset(written(entry) for entry in value if entry is not None)
            for value in self.values("enum")
            if isinstance(value, list)
        ]
        return lists[0].intersection(*lists) if lists else None

    def properties(self, direction: Direction) -> dict[str, "View"]:
        """Return the known properties that are sent in a direction."""
        found: dict[str, list[Node]] = {}
        for part in self.parts:
            for name, node in part.child("properties").entries():
                found.setdefault(name, []).append(node)
        views = {name: View.of(*nodes) for name, nodes in found.items()}
        hidden = _HIDDEN[direction]
        return {name: view for name, view in views.items() if True not in view.values(hidden)}

    def describes(self, name: str) -> bool:
        """Tell whether the property is known, whichever direction it is sent in."""
        return any(part.child("properties").has(name) for part in self.parts)

    @property
    def required(self) -> set[str]:
        """Return the names of the properties that have to be there."""
        return {name for part in self.parts for name in part.strings("required")}

    @property
    def is_closed(self) -> bool:
        """Tell whether unknown properties are refused."""
        return False in self.values("additionalProperties")

    def inner(self, key: str) -> "View | None":
        """Return the schema that the keyword holds, or None."""
        nodes = [part.child(key) for part in self.parts if isinstance(part.child(key).value, dict)]
        return View.of(*nodes) if nodes else None

    def anything(self) -> "View":
        """Return a view at the same place that allows every value."""
        return View(self.home, (), (), TYPES)


def written(value: Json) -> str:
    """Return a value as JSON, the same text for equal values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def shown(types: frozenset[str]) -> str:
    """Return types as a contract writes them."""
    names = types - _NUMBER | ({"number"} if types >= _NUMBER else types & _NUMBER)
    if types >= TYPES:
        return "any type"
    return " or ".join(sorted(names)) or "nothing"


def _take_apart(node: Node, parts: list[Node], unions: list[Union]) -> None:
    if not isinstance(node.value, dict) or node in parts:
        return
    parts.append(node)
    if node.has("$ref"):
        _take_apart(node.follow(), parts, unions)
    for _, part in node.child("allOf").entries():
        _take_apart(part, parts, unions)
    for kind in _UNIONS:
        members = [member for _, member in node.child(kind).entries()]
        branches = [one for one in members if _types(one, frozenset()) - {"null"}]
        if len(branches) == 1:
            _take_apart(branches[0], parts, unions)
        elif branches:
            unions.append(Union(kind, node, tuple(branches)))


def _types(node: Node, seen: frozenset[Pointer]) -> frozenset[str]:
    if node.value is False:
        return frozenset()
    if not isinstance(node.value, dict) or node.pointer in seen:
        return TYPES
    seen |= {node.pointer}
    types = frozenset(_declared(node))
    if node.has("$ref"):
        types &= _types(node.follow(), seen)
    for _, part in node.child("allOf").entries():
        types &= _types(part, seen)
    for kind in _UNIONS:
        if members := node.child(kind).entries():
            types &= frozenset[str]().union(*(_types(member, seen) for _, member in members))
    return types


def _declared(node: Node) -> Iterator[str]:
    listed = node.child("enum").value if node.has("enum") else [node.child("const").value]
    is_listed = node.has("enum") or node.has("const")
    kinds = {_type_of(value) for value in listed} if isinstance(listed, list) else set[str]()
    if node.has("type"):
        for name in node.strings("type"):
            if name != "null" or not is_listed or "null" in kinds:
                yield from _NUMBER if name == "number" else (name,)
    else:
        yield from kinds if is_listed else TYPES


def _type_of(value: Json) -> str:
    if isinstance(value, float) and not value.is_integer():
        return "fraction"
    return _KINDS[type(value)]
