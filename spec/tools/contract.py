"""The bundled document, with a cursor that knows the line of every value."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from spec.tools.finding import Finding, RefusedError, Where
from spec.tools.load import Json, Pointer

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Contract:
    """One version's document; `folder` is where its files are."""

    folder: str
    document: dict[str, Json]
    positions: Mapping[Pointer, Where]

    def where(self, pointer: Pointer) -> Where:
        """Return the line of the value, or of the closest parent that has one."""
        while pointer not in self.positions:
            pointer = pointer[:-1]
        return self.positions[pointer]

    def node(self, *pointer: str) -> "Node":
        """Return the node at a pointer; a missing one has the value None."""
        node = Node(self, (), self.document)
        for key in pointer:
            node = node.child(key)
        return node

    def endpoints(self) -> Iterator["Endpoint"]:
        """Yield every operation in the order of the contract."""
        for path, item in self.node("paths").entries():
            for method, node in item.entries():
                if method in METHODS:
                    yield Endpoint(method, path, node, item)

    @cached_property
    def tags(self) -> Mapping[str, "Node"]:
        """Return the declared tags by their names."""
        found: dict[str, Node] = {}
        for _, node in self.node("tags").entries():
            found.setdefault(node.text("name"), node)
        return found

    @cached_property
    def by_id(self) -> Mapping[str, "Endpoint"]:
        """Return the operations by their ids."""
        return {endpoint.operation_id: endpoint for endpoint in self.endpoints()}

    @cached_property
    def shared_responses(self) -> Mapping[str, Counter[str]]:
        """Return status → how often operations refer to each shared response."""
        found: dict[str, Counter[str]] = {}
        for endpoint in self.endpoints():
            for status, node in endpoint.node.get("responses").entries():
                if node.has("$ref"):
                    found.setdefault(status, Counter())[node.text("$ref")] += 1
        return found

    def source_of(self, tag: str) -> str:
        """Return the file that declares a tag's operations."""
        files = [it.node.where.file for it in self.endpoints() if it.tag == tag]
        own = {where.file for where in self.positions.values()}
        for file in files[:1]:
            changed = f"{self.folder}/{PurePosixPath(file).name}"
            return changed if changed in own else file
        return self.folder


class Node(NamedTuple):
    """A value and its pointer; `get` follows references, `child` does not."""

    contract: Contract
    pointer: Pointer
    value: Json

    @property
    def where(self) -> Where:
        """Return the line in the contract's own files."""
        return self.contract.where(self.pointer)

    @property
    def name(self) -> str:
        """Return the last token of the pointer."""
        return self.pointer[-1] if self.pointer else ""

    @property
    def exists(self) -> bool:
        """Tell whether the contract has a value here."""
        return self.value is not None

    @property
    def schema_name(self) -> str:
        """Return the component that a `$ref` here names, or an empty string."""
        kind, _, name = self.text("$ref").removeprefix("#/components/").partition("/")
        return name if kind == "schemas" else ""

    @property
    def parameter_key(self) -> tuple[str, str]:
        """Return what no two parameters of an operation share; case counts except in headers."""
        place, name = self.text("in"), self.text("name")
        return place, name.lower() if place == "header" else name

    def child(self, key: str) -> "Node":
        """Return a member as it is written."""
        value: Json = None
        if isinstance(self.value, dict):
            value = self.value.get(key)
        elif isinstance(self.value, list) and key.isdigit() and int(key) < len(self.value):
            value = self.value[int(key)]
        return Node(self.contract, (*self.pointer, key), value)

    def get(self, key: str) -> "Node":
        """Return a member with its references followed."""
        return self.child(key).follow()

    def follow(self) -> "Node":
        """Return what a chain of references leads to."""
        if not self.text("$ref"):
            return self
        node, seen = self, {self.pointer}
        while node.text("$ref"):
            node = node.target()
            if node.pointer in seen:
                raise node.refusal("a reference leads back to itself", "name a schema")
            seen.add(node.pointer)
        return node

    def target(self) -> "Node":
        """Return what the reference here names; it may be a reference itself."""
        tokens = unquote(self.text("$ref")).split("/")[1:]
        return self.contract.node(*(it.replace("~1", "/").replace("~0", "~") for it in tokens))

    def entries(self) -> list[tuple[str, "Node"]]:
        """Return the members of an object or the entries of an array, as they are written."""
        if isinstance(self.value, dict):
            return [(key, self.child(key)) for key in self.value]
        size = len(self.value) if isinstance(self.value, list) else 0
        return [(str(index), self.child(str(index))) for index in range(size)]

    def has(self, key: str) -> bool:
        """Tell whether the object has the member, even as null."""
        return isinstance(self.value, dict) and key in self.value

    def text(self, key: str, default: str = "") -> str:
        """Return a string member."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return value if isinstance(value, str) else default

    def strings(self, key: str) -> list[str]:
        """Return the strings of an array member, or a string member as the only one."""
        value = self.child(key).value
        if isinstance(value, str):
            return [value]
        return (
            [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
        )

    def finding(self, message: str, fix: str, rule: str = "") -> Finding:
        """Return a finding on this value's line."""
        pointer = "".join(f"/{token}" for token in self.pointer)
        return Finding(self.where, message, fix, rule, pointer)

    def refusal(self, message: str, fix: str) -> RefusedError:
        """Return a finding as the error to raise."""
        return RefusedError(self.finding(message, fix))


@dataclass(frozen=True)
class Endpoint:
    """An operation together with the path it belongs to."""

    method: str
    path: str
    node: Node
    item: Node

    @property
    def operation_id(self) -> str:
        """Return the operationId; one that is missing is made of method and path."""
        if written := self.node.text("operationId"):
            return written
        return self.method + "".join(word[0].upper() + word[1:] for word in self._words())

    @property
    def tag(self) -> str:
        """Return the first tag; one that is missing is made of the first word of the path."""
        return next(iter(self.node.strings("tags") or self._words()), "root")

    def _words(self) -> list[str]:
        return [word for word in re.split("[^A-Za-z0-9]+", self.path) if word]

    @property
    def file_stem(self) -> str:
        """Return the name of the file that declares the operation."""
        return PurePosixPath(self.node.where.file).stem

    def extensions(self) -> dict[str, Node]:
        """Return the operation's own `x-` members, and those of its tag beside them."""
        tag = self.node.contract.tags.get(self.tag)
        holders = [self.node] if tag is None else [tag, self.node]
        return {
            name: node
            for holder in holders
            for name, node in holder.entries()
            if name.startswith("x-")
        }

    @property
    def is_idempotent(self) -> bool:
        """Tell whether a repeat with the same Idempotency-Key gets the stored answer."""
        node = self.extensions().get("x-idempotent")
        return node is not None and node.value is True

    def parameters(self) -> list[Node]:
        """Return the path's parameters and the operation's own, which replace their namesakes."""
        found: dict[tuple[str, str], Node] = {}
        for holder in (self.item, self.node):
            for _, entry in holder.get("parameters").entries():
                parameter = entry.follow()
                found[parameter.parameter_key] = parameter
        return list(found.values())

    def parameters_in(self, place: str) -> list[Node]:
        """Return the parameters in `query`, `path`, `header` or `cookie`."""
        return [node for node in self.parameters() if node.text("in") == place]

    def responses(self) -> list[tuple[str, Node]]:
        """Return status and response, with references followed."""
        return [(status, node.follow()) for status, node in self.node.get("responses").entries()]

    def security(self) -> list[Node]:
        """Return the alternatives, any one of which suffices; none: no credentials."""
        holder = self.node if self.node.has("security") else self.node.contract.node()
        return [node for _, node in holder.child("security").entries()]
