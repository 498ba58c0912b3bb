"""What OpenAPI adds to JSON Schema, written as JSON Schema."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

Direction = Literal["request", "response"]
Node = dict[str, Any]

_HIDDEN: Mapping[Direction, str] = {"request": "readOnly", "response": "writeOnly"}
_DATA = {"example", "examples", "default", "enum", "const"}
_MAPS = {
    *("properties", "patternProperties", "$defs", "dependentSchemas", "schemas"),
    *("responses", "headers", "requestBodies"),
}
_ALONE = {"type", "$ref", "allOf", "oneOf", "anyOf", "not", "if", "enum", "const"}
_BESIDE = {"allOf", "then", "else", "if", "not", "dependentSchemas"}
_LENGTHS = ("minLength", "maxLength", "pattern")
_INTEGERS = {"int32": 2**31, "int64": 2**63}


def prepare(document: Mapping[str, Any], direction: Direction) -> Node:
    """Return a copy of a document in which JSON Schema alone says what is valid.

    A readOnly property is not required of a request, nor a writeOnly one of a response. The
    property of a discriminator has one of the values that it knows. What has properties is an
    object. The length of a file is not that of a string. int32 and int64 are bounds.
    """
    return _Meaning(document, direction).schema(document, value=False)


class _Meaning:
    def __init__(self, document: Mapping[str, Any], direction: Direction) -> None:
        self.document = document
        self.direction = direction

    def schema(self, node: Mapping[str, Any], *, value: bool) -> Node:
        """Return a copy of a node; `value` says that it describes a whole value."""
        copy: Node = {}
        for key, child in node.items():
            if key in _DATA:
                copy[key] = child
            elif key in _MAPS and isinstance(child, dict):
                whole = key != "dependentSchemas"
                copy[key] = {name: self._any(it, value=whole) for name, it in child.items()}
            else:
                copy[key] = self._any(child, value=key not in _BESIDE)
        return self._with_meaning(copy, value=value)

    def _any(self, node: object, *, value: bool) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(node, dict):
            return self.schema(node, value=value)
        return [self._any(it, value=value) for it in node] if isinstance(node, list) else node

    def _with_meaning(self, copy: Node, *, value: bool) -> Node:
        if value and not _ALONE & copy.keys() and isinstance(copy.get("properties"), dict):
            copy["type"] = "object"
        if isinstance(copy.get("required"), list):
            hidden = self._hidden(copy)
            copy["required"] = [name for name in copy["required"] if name not in hidden]
        if (bound := _INTEGERS.get(str(copy.get("format")))) and copy.get("type") != "string":
            copy = {"minimum": -bound, "maximum": bound - 1, **copy}
        if copy.get("format") == "binary":
            copy = {key: it for key, it in copy.items() if key not in _LENGTHS}
        if self.direction == "request" and isinstance(copy.get("discriminator"), dict):
            for key in {"oneOf", "anyOf"} & copy.keys():
                copy[key] = [self._chosen(it, copy["discriminator"]) for it in copy[key]]
        return copy

    def _hidden(self, node: Node) -> set[str]:
        flag = _HIDDEN[self.direction]
        return {
            name
            for part in self._parts(node)
            for name, child in _mapping(part.get("properties")).items()
            if any(it.get(flag) is True for it in self._parts(child))
        }

    def _chosen(self, member: Node, discriminator: Node) -> Node:
        """Return a member of a union that says by which values of the property it is chosen."""
        name, reference = str(discriminator.get("propertyName")), str(member.get("$ref", ""))
        lists = any(
            {"const", "enum"} & it.keys()
            for part in self._parts(member)
            for it in self._parts(_mapping(part.get("properties")).get(name))
        )
        if not reference or lists:
            return member
        component = reference.rpartition("/")[2]
        mapping = _mapping(discriminator.get("mapping")).items()
        values = [key for key, target in mapping if target in {reference, component}]
        known = {"properties": {name: {"enum": values or [component]}}, "required": [name]}
        return {"allOf": [member, known]}

    def _parts(self, node: object) -> Iterator[Node]:
        """Yield a schema and what it refers to, alternatives left out."""
        waiting, seen = [node], set[int]()
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict) and id(part) not in seen:
                seen.add(id(part))
                yield part
                waiting += [self._target(part), *part.get("allOf", [])]

    def _target(self, node: Node) -> object:
        target: Any = self.document if isinstance(node.get("$ref"), str) else None
        for token in str(node.get("$ref", "")).split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            target = target.get(key) if isinstance(target, dict) else None
        return target


def _mapping(node: object) -> Node:
    return node if isinstance(node, dict) else {}
