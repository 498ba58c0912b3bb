"""Schemas → Python types, and the classes that they need."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from spec.tools.contract import Contract, Node
from spec.tools.directions import directed
from spec.tools.expressions import ANY, arms, distinct, joined, literal
from spec.tools.fields import Definition, Member, alias, class_name, class_of, enum_of
from spec.tools.names import pascal, unused
from spec.tools.shapes import Shape, layers, without

_SCALARS = {"integer": "StrictInt", "number": "StrictFloat", "boolean": "StrictBool"}
_FORMATS = {
    "date": "Date",
    "date-time": "AwareDatetime",
    "decimal": "Decimal",
    "password": "Password",
    "uuid": "UUID",
}
_PLAIN = {"StrictInt": "int", "StrictFloat": "float", "StrictBool": "bool"}
WIRE_TYPES = {*_FORMATS.values(), "tagged", "whole"}
_WORD = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\b[A-Za-z_]\w*\b')
# A union of more alternatives than these is one class with all their fields.
_MOST = 64
# A schema whose alternatives refer to itself ends somewhere.
_DEEPEST = 20
Direction = str
REQUEST, RESPONSE = "request", "response"


@dataclass
class Types:
    """Reads schemas, and collects what has to be defined for them.

    Attributes:
        reserved: Names that no type may have, besides those of its own module.
    """

    contract: Contract
    reserved: frozenset[str] = frozenset()
    definitions: dict[str, Definition] = field(default_factory=dict[str, Definition])
    _names: dict[tuple[object, ...], str] = field(default_factory=dict[tuple[object, ...], str])
    _taken: set[str] = field(default_factory=set[str])
    _depth: int = 0

    def __post_init__(self) -> None:
        """Give every component its name, and define it."""
        self._directed = directed(self.contract)
        components = self.contract.node("components", "schemas").entries()
        for name, _ in components:
            self._name(("component", name, ""), pascal(name))
        for name, node in components:
            if name not in self._directed:
                self.component(name, node, "")

    def qualified(self, expression: str, module: str) -> str:
        """Return a type as another module writes it, which imports `types` and this module."""

        def word(match: re.Match[str]) -> str:
            text = match[0]
            if text in self.definitions:
                return f"{module}.{text}"
            return f"types.{text}" if text in WIRE_TYPES else _PLAIN.get(text, text)

        return _WORD.sub(word, expression)

    def allows_null(self, expression: str) -> bool:
        """Tell whether null is a value of a type, as any module writes it."""
        names = [arm.rpartition(".")[2] for arm in arms(expression)]
        aliases = [it for name in names if (it := self.definitions.get(name)) and it.is_alias]
        return bool({"None", ANY} & set(names)) or any(
            alias.code != expression and self.allows_null(alias.code) for alias in aliases
        )

    def component(self, name: str, node: Node, direction: Direction) -> str:
        """Return the name of a component's type, which is defined if it is not yet."""
        direction = direction if name in self._directed else ""
        suffix = "Request" if direction == REQUEST else ""
        python = self._name(("component", name, suffix), f"{pascal(name)}{suffix}")
        if python not in self.definitions:
            self.definitions[python] = Definition(python, "")
            self.definitions[python] = self._define(python, node, direction)
        return python

    def _define(self, name: str, node: Node, direction: Direction) -> Definition:
        shape, words = Shape.of(node), node.text("description")
        if values := _strings(shape):
            return enum_of(name, words, values)
        if not node.has("$ref") and _is_class(shape):
            return self._class(name, words, shape, direction)
        return alias(name, words, self.read([node], name, direction))

    def read(self, nodes: Sequence[Node], place: str, direction: Direction) -> str:
        """Return the type of a value for which all schemas hold.

        Args:
            nodes: The schemas.
            place: The name of a class that has to be made for it.
            direction: Whether a client or the server sends the value.
        """
        deciding = list(layers(nodes))
        if len(deciding) == 1 and deciding[0].has("$ref"):
            target = deciding[0].target()
            if target.pointer[:2] == ("components", "schemas") and len(target.pointer) == 3:
                return self.component(target.name, target, direction)
            return self.read([target], place, direction)
        shape = Shape.of(*nodes)
        if (found := shape.union) is not None and self._depth < _DEEPEST:
            self._depth += 1
            expression = self._union(*found, place, direction)
            self._depth -= 1
            return expression
        values = shape.first("enum")
        if (constant := shape.first("const")) is not None:
            return literal([constant.value])
        if values is not None:
            return literal(values.value)
        return joined([self._kind(kind, shape, place, direction) for kind in shape.kinds] or [ANY])

    def _kind(self, kind: str, shape: Shape, place: str, direction: Direction) -> str:
        if kind == "null":
            return "None"
        if kind == "array":
            return self._array(shape, place, direction)
        if kind == "object":
            return self._object(shape, place, direction)
        if kind == "string":
            return _FORMATS.get(shape.text("format"), "str")
        return _SCALARS.get(kind, ANY)

    def _array(self, shape: Shape, place: str, direction: Direction) -> str:
        closed = any(node.value is False for node in shape.items)
        items = [node for node in shape.items if isinstance(node.value, dict)]
        types = [
            self.read([node], f"{place}Item{index}", direction)
            for index, node in enumerate(shape.prefix, start=1)
        ]
        if not closed or not types:
            types.append(self.read(items, f"{place}Item", direction) if items else ANY)
        return f"list[{joined(types)}]"

    def _object(self, shape: Shape, place: str, direction: Direction) -> str:
        if not _has_fields(shape):
            others = shape.others
            patterns = any(part.has("patternProperties") for part in shape.parts)
            if not others or patterns:
                return f"dict[str, {ANY}]"
            return f"dict[str, {self.read(others, f'{place}Value', direction)}]"
        key = ("inline", direction, *sorted({part.pointer for part in shape.parts}))
        wanted = f"{place}Object" if place in self._taken else place
        name = self._names.get(key) or self._name(key, wanted)
        if name not in self.definitions:
            self.definitions[name] = Definition(name, "")
            words = next((part.text("description") for part in shape.parts[-1:]), "")
            self.definitions[name] = self._class(name, words, shape, direction)
        return name

    def _union(
        self, rest: Shape, members: list[Node], holder: Node, place: str, direction: Direction
    ) -> str:
        """Return the type of a value that fits one of several schemas and what stands beside."""
        base = [part for part in rest.parts if _adds(part)]
        if len(members) > _MOST and base:
            return self.read(list(rest.parts), place, direction)
        found = [
            self.read(_narrow([*base, member]), self._place(place, member, index), direction)
            for index, member in enumerate(members, start=1)
        ]
        return self._discriminated(distinct(found), members, holder) or joined(found)

    def _place(self, place: str, member: Node, index: int) -> str:
        known = member.schema_name or member.text("title")
        return f"{place}{pascal(known) if known else f'Option{index}'}"

    def _discriminated(self, found: list[str], members: list[Node], holder: Node) -> str:
        """Return a union that one property decides; nothing where it is not that simple."""
        name = holder.child("discriminator").text("propertyName")
        if not name or len(found) < 2 or "None" in found:
            return ""
        known = [self.definitions.get(kind, Definition(kind, "")) for kind in found]
        constants = [_tags(member, name) for member in members]
        if not any(constants):
            return self._tagged(found, members, holder, name)
        python = {definition.literals.get(name) for definition in known}
        overlap = len(set[str]().union(*constants)) < sum(map(len, constants))
        if len(python) != 1 or None in python or overlap:
            return ""
        return f"Annotated[{' | '.join(found)}, Field(discriminator={str(python.pop())!r})]"

    def _tagged(self, found: list[str], members: list[Node], holder: Node, name: str) -> str:
        required = all(name in Shape.of(member).required for member in members)
        if not required or len(found) != len(members) or not set(found) <= self.definitions.keys():
            return ""
        tags = [discriminator_values(holder, member) for member in members]
        table = {tag: kind for kind, own in zip(found, tags, strict=True) for tag in own}
        tagged = [f'Annotated[{kind}, Tag("{kind}")]' for kind in found]
        return f"Annotated[{' | '.join(tagged)}, tagged({name!r}, {table!r})]"

    def _class(self, name: str, words: str, shape: Shape, direction: Direction) -> Definition:
        required, members = shape.required, []
        dropped = False
        for key, nodes in shape.properties.items():
            parts = Shape.of(*nodes)
            if direction and _is_for(parts, "readOnly" if direction == REQUEST else "writeOnly"):
                dropped = True
                continue
            kind = self.read(nodes, f"{name}{pascal(key)}", direction)
            default = next((node.child("default") for node in nodes if node.has("default")), None)
            words_of = next((it.text("description") for it in nodes if it.text("description")), "")
            members.append(Member(key, kind, words_of, key in required, default))
        extra = "forbid" if shape.closed and not dropped else ""
        extra = "allow" if shape.keeps_others and not shape.closed else extra
        return class_of(name, words, members, extra, self.definitions)

    def _name(self, key: tuple[object, ...], wanted: str) -> str:
        if key not in self._names:
            wanted = class_name(wanted, self.reserved)
            self._names[key] = unused(wanted, self._taken, "")
            self._taken.add(self._names[key])
        return self._names[key]


def discriminator_values(holder: Node, member: Node) -> list[str]:
    """Return the values of the discriminator that choose a member of a union."""
    mapping = holder.child("discriminator").child("mapping").entries()
    names = {member.schema_name, member.text("$ref")}
    written = [key for key, node in mapping if node.value in names]
    return written or [member.schema_name]


def _tags(member: Node, name: str) -> set[str]:
    """Return the values that a member allows for the discriminator, if it lists them."""
    shape = Shape.of(*Shape.of(member).properties.get(name, []))
    if (constant := shape.first("const")) is not None:
        return {str(constant.value)}
    values = shape.first("enum")
    return {str(node.value) for _, node in values.entries()} if values else set()


def _is_class(shape: Shape) -> bool:
    """Tell whether every value is an object with fields of its own."""
    return shape.kinds == ["object"] and shape.union is None and _has_fields(shape)


def _has_fields(shape: Shape) -> bool:
    """Tell whether an object has fields; else it is a map."""
    return bool(shape.properties) or (shape.closed and not shape.keeps_others)


def _strings(shape: Shape) -> list[str]:
    """Return the values of an enum of strings."""
    node = shape.first("enum")
    values = node.value if node is not None and isinstance(node.value, list) else []
    strings = [value for value in values if isinstance(value, str)]
    return strings if len(strings) == len(values) and shape.union is None else []


def _adds(part: Node) -> bool:
    keys = ("properties", "items", "additionalProperties", "required", "oneOf", "anyOf", "enum")
    return any(part.has(key) for key in keys) or bool(part.strings("type"))


def _narrow(nodes: list[Node]) -> list[Node]:
    """Leave out what only repeats a type, so that a reference stays one."""
    *base, member = nodes
    return [*(without(node, "type") if not _is_plain(node) else node for node in base), member]


def _is_plain(node: Node) -> bool:
    return bool(set(node.strings("type")) - {"object", "array"})


def _is_for(shape: Shape, key: str) -> bool:
    return any(part.child(key).value is True for part in shape.parts)
