"""Every schema of a contract, with what it is used for."""

from collections.abc import Iterator
from dataclasses import dataclass

from spec.tools.contract import Contract, Node

_PARTS = ("items", "additionalProperties", "not")
_MEMBERS = ("properties", "oneOf", "anyOf", "allOf")


@dataclass(frozen=True)
class Schema:
    """A schema as it is written; references in it are not followed.

    Attributes:
        in_request: A client sends it, so the server has to bound it.
        lenient: Its operation's other fields have to be ignored: a multipart form, or RFC 6749.
    """

    node: Node
    in_request: bool
    lenient: bool = False

    @property
    def is_component(self) -> bool:
        """Tell whether it has a name of its own."""
        return self.node.pointer[:2] == ("components", "schemas") and len(self.node.pointer) == 3

    @property
    def types(self) -> list[str]:
        """Return the types that the schema allows."""
        return self.node.strings("type")


def every_schema(contract: Contract) -> Iterator[Schema]:
    """Yield component schemas and their parts, then those of parameters, bodies and headers."""
    requests = list(_request_schemas(contract))
    reached: dict[str, bool] = {}
    for schema in requests:
        for part in parts(schema.node):
            _reach(part, reached, lenient=schema.lenient)
    for name, node in contract.node("components", "schemas").entries():
        for part in parts(node):
            yield Schema(part, name in reached, reached.get(name, False))
    for schema in (*requests, *_response_schemas(contract)):
        for part in parts(schema.node):
            yield Schema(part, schema.in_request, schema.lenient)


def _request_schemas(contract: Contract) -> Iterator[Schema]:
    for endpoint in contract.endpoints():
        for parameter in endpoint.parameters():
            yield Schema(parameter.child("schema"), in_request=True)
        lenient = endpoint.node.text("x-error-format") == "oauth2"
        for media_type, content in endpoint.node.get("requestBody").get("content").entries():
            is_lenient = lenient or media_type == "multipart/form-data"
            yield Schema(content.child("schema"), in_request=True, lenient=is_lenient)


def _response_schemas(contract: Contract) -> Iterator[Schema]:
    for endpoint in contract.endpoints():
        for _, response in endpoint.responses():
            for _, content in response.get("content").entries():
                yield Schema(content.child("schema"), in_request=False)
            for _, header in response.get("headers").entries():
                yield Schema(header.get("schema"), in_request=False)


def parts(node: Node) -> Iterator[Node]:
    """Yield a schema and the schemas inside it."""
    if not isinstance(node.value, dict):
        return
    yield node
    for key in _PARTS:
        yield from parts(node.child(key))
    for key in _MEMBERS:
        for _, member in node.child(key).entries():
            yield from parts(member)


def _reach(node: Node, reached: dict[str, bool], *, lenient: bool) -> None:
    """Note the components that a part of a request refers to, however indirectly."""
    name = node.schema_name
    if name and name not in reached:
        reached[name] = lenient
        for part in parts(node.follow()):
            _reach(part, reached, lenient=lenient)
