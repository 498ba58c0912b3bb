"""Success responses → what an interface returns and how the route renders it."""

from collections.abc import Iterator
from dataclasses import dataclass

from spec.tools.contract import Endpoint, Node
from spec.tools.expressions import ANY
from spec.tools.ir import ReplyClass
from spec.tools.media import JSON, kind
from spec.tools.names import docstring, parameter_name, pascal, unused
from spec.tools.pytypes import RESPONSE, Types

_RAW = {"text": "str | AsyncIterable[bytes]", "bytes": "bytes | AsyncIterable[bytes]"}
_TAKEN = {"body", "constant_headers", "header_names", "headers", "media_type", "nullable", "status"}
_STATUSES = {"1XX": 100, "2XX": 200, "3XX": 302, "default": 200}


@dataclass(frozen=True)
class Success:
    """What a method returns; `status` is set when a bare model or nothing says it all."""

    returns: str
    replies: tuple[ReplyClass, ...] = ()
    status: int | None = None


def successes(endpoint: Endpoint) -> list[tuple[str, Node]]:
    """Return the responses that are no errors; `default` is one where there is no other."""
    found = endpoint.responses()
    own = [(key, node) for key, node in found if key[:1] in {"1", "2", "3"}]
    return own or [(key, node) for key, node in found if key == "default"]


def reply_name(endpoint: Endpoint, key: str) -> str:
    """Return the name of the reply class of a status."""
    return f"{pascal(endpoint.operation_id)}{pascal(key)}"


@dataclass(frozen=True)
class Replies:
    """Reads the successes of one operation."""

    endpoint: Endpoint
    types: Types

    def read(self) -> Success:
        """Return the declared successes; raises RefusedError where there is none."""
        found = successes(self.endpoint)
        if not found:
            responses = self.endpoint.node.child("responses")
            raise responses.refusal("no success is declared", "declare a 2xx status")
        key, response = found[0]
        # What is replayed is no model: it is sent as it was sent to the first request.
        replayed = self.endpoint.is_idempotent
        if len(found) == 1 and not _own_headers(response) and not replayed:
            contents = response.get("content").entries()
            status = _STATUSES.get(key) or int(key)
            if not contents:
                return Success("None", status=status)
            body = self.body_type(key, response)
            if [media_type for media_type, _ in contents] == [JSON] and not self.types.allows_null(
                body
            ):
                return Success(body, status=status)
        replies = tuple(self.reply(key, response) for key, response in found)
        returns = [*(reply.name for reply in replies), *(["Replayed"] if replayed else [])]
        return Success(" | ".join(returns), replies)

    def body_type(self, key: str, response: Node) -> str:
        """Return the type of a response's body, as the interface writes it."""
        place = f"{self.name(key)}Body"
        found: list[str] = []
        for media_type, content in response.get("content").entries():
            how, schema = kind(media_type, content), content.child("schema")
            raw = _RAW.get("bytes" if how in {"form", "multipart"} else how)
            own = self.types.read([schema], place, RESPONSE) if schema.exists else ANY
            found += raw.split(" | ") if raw else [self.types.qualified(own, "models")]
        return ANY if ANY in found and len(found) == 1 else " | ".join(dict.fromkeys(found))

    def name(self, key: str) -> str:
        """Return the name of the reply class of a status."""
        return reply_name(self.endpoint, key)

    def reply(self, key: str, response: Node) -> ReplyClass:
        """Return the class of a status."""
        lines = [f"status: ClassVar[int] = {_STATUSES.get(key) or int(key)}"]
        constants, names, fields = self.headers(key, response)
        if constants:
            lines.append(f"constant_headers: ClassVar[Mapping[str, str]] = {constants!r}")
        if names:
            lines.append(f"header_names: ClassVar[Mapping[str, str]] = {names!r}")
        body = self.body_type(key, response)
        if body and self.types.allows_null(body):
            lines.append("nullable: ClassVar[bool] = True")
        content = _content(body, response)
        return ReplyClass(
            name=self.name(key),
            docstring=docstring(
                response.text("description"),
                indent=4,
                instead=f"Reply {key} of {self.endpoint.operation_id}.",
            ),
            fields=(*lines, "", *content, *fields),
        )

    def headers(self, key: str, response: Node) -> tuple[dict[str, str], dict[str, str], list[str]]:
        """Return the headers with one value, the names of the others, and their fields."""
        constants: dict[str, str] = {}
        names: dict[str, str] = {}
        fields: list[str] = []
        for name, header in _own_headers(response):
            schema, required = header.get("schema"), header.child("required").value is True
            constant = schema.child("const").value
            if isinstance(constant, str) and required:
                constants[name] = constant
                continue
            python = unused(parameter_name(name.lower()), {*_TAKEN, *names})
            names[python] = name
            place = f"{self.name(key)}{pascal(python)}"
            own = self.types.read([schema], place, RESPONSE) if schema.exists else "str"
            own = self.types.qualified(own, "models")
            fields.append(f"{python}: {own}" if required else f"{python}: {own} | None = None")
        return constants, names, fields


def _own_headers(response: Node) -> list[tuple[str, Node]]:
    """Return the headers that a service supplies; the server itself fills in the others."""
    headers = [(name, written.follow()) for name, written in response.get("headers").entries()]
    return [
        (name, header)
        for name, header in headers
        if header.child("x-filled-by-server").value is not True and name.lower() != "content-type"
    ]


def _content(body: str, response: Node) -> Iterator[str]:
    """Yield the fields `body` and `media_type`, where they differ from what every reply has."""
    contents = response.get("content").entries()
    if not contents:
        yield "body: None = None"
        return
    yield f"body: {body}"
    jsons = [media_type for media_type, content in contents if kind(media_type, content) == "json"]
    names = [
        JSON if "*" in media_type and media_type in jsons else media_type
        for media_type, _ in contents
    ]
    jsons = [JSON if "*" in media_type else media_type for media_type in jsons]
    if names == [JSON]:
        return
    if any("*" in name for name in names):
        yield f"media_type: str{f' = {jsons[0]!r}' if jsons else ''}"
        return
    default = jsons[0] if jsons else names[0] if len(names) == 1 else ""
    choice = f"media_type: Literal[{', '.join(map(repr, dict.fromkeys(names)))}]"
    yield f"{choice} = {default!r}" if default else choice
