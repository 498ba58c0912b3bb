"""Success responses → what an interface returns and how the route renders it."""

from dataclasses import dataclass

from spec.tools.contract import Endpoint, Node
from spec.tools.ir import ReplyClass
from spec.tools.names import docstring, parameter_name, pascal
from spec.tools.parameters import is_json

_HEADER_TYPES = {"string": "str", "integer": "int"}


@dataclass(frozen=True)
class Success:
    """What a method returns; `status` is set when a bare model or nothing says it all."""

    returns: str
    replies: tuple[ReplyClass, ...] = ()
    status: int | None = None


def statuses(endpoint: Endpoint) -> list[tuple[int, Node]]:
    """Return every declared status as a number; raises RefusedError for ranges and `default`."""
    found: list[tuple[int, Node]] = []
    for status, node in endpoint.responses():
        if not status.isdigit():
            written = endpoint.node.child("responses").child(status)
            raise written.refusal(f"the status {status} says nothing exact", "declare each status")
        found.append((int(status), node))
    return found


def success(endpoint: Endpoint) -> Success:
    """Return the declared successes; raises RefusedError for what cannot be rendered."""
    found = [(status, node) for status, node in statuses(endpoint) if status < 400]
    if not found:
        raise endpoint.node.child("responses").refusal(
            "no success is declared", "declare a 2xx status"
        )
    status, response = found[0]
    model, media_types = _body(response)
    # What is replayed is no model: it is sent as it was sent to the first request.
    replayed = endpoint.is_idempotent
    if len(found) == 1 and not _own_headers(response) and not replayed:
        if not media_types:
            return Success("None", status=status)
        if model and media_types == ["application/json"]:
            return Success(f"models.{model}", status=status)
    replies = tuple(_reply(endpoint, status, response) for status, response in found)
    returns = [*(reply.name for reply in replies), *(["Replayed"] if replayed else [])]
    return Success(" | ".join(returns), replies)


def _own_headers(response: Node) -> list[tuple[str, Node]]:
    """Return the headers that a service supplies; the server itself fills in the others."""
    headers = [(name, written.follow()) for name, written in response.get("headers").entries()]
    return [
        (name, header)
        for name, header in headers
        if header.child("x-filled-by-server").value is not True
    ]


def _body(response: Node) -> tuple[str, list[str]]:
    """Return the model's name and the media types of a response."""
    contents = response.get("content").entries()
    media_types = [media_type for media_type, _ in contents]
    if not any(map(is_json, media_types)):
        return "", media_types
    if len(contents) > 1:
        raise response.child("content").refusal(
            "JSON beside another media type", "keep one of them"
        )
    schema = contents[0][1].child("schema")
    if not schema.schema_name:
        raise contents[0][1].refusal(
            "a response schema without a name", "make it a component and refer to it"
        )
    followed = schema.follow()
    if (
        not {"oneOf", "anyOf", "allOf"} & {key for key, _ in followed.entries()}
        and followed.text("type") != "object"
    ):
        raise schema.refusal("a response that is not an object", "put the value into an object")
    return schema.schema_name, media_types


def _reply(endpoint: Endpoint, status: int, response: Node) -> ReplyClass:
    model, media_types = _body(response)
    constants: dict[str, str] = {}
    names: dict[str, str] = {}
    fields: list[str] = []
    for name, header in _own_headers(response):
        schema, python = header.get("schema"), parameter_name(name.lower())
        required = header.child("required").value is True
        constant = schema.child("const").value
        if isinstance(constant, str) and required:
            constants[name] = constant
            continue
        if schema.text("type") not in _HEADER_TYPES:
            raise schema.refusal(
                f"the header {name} is neither string nor integer", "use one of the two"
            )
        names[python] = name
        kind = f"Literal[{constant!r}]" if constant else _HEADER_TYPES[schema.text("type")]
        fields.append(f"{python}: {kind}" if required else f"{python}: {kind} | None = None")
    lines = [f"status: ClassVar[int] = {status}"]
    if constants:
        lines.append(f"constant_headers: ClassVar[Mapping[str, str]] = {constants!r}")
    if names:
        lines.append(f"header_names: ClassVar[Mapping[str, str]] = {names!r}")
    name = f"{pascal(endpoint.operation_id)}{status}"
    return ReplyClass(
        name=name,
        docstring=docstring(
            response.text("description"),
            indent=4,
            instead=f"Reply {status} of {endpoint.operation_id}.",
        ),
        fields=(*lines, "", *_content(model, media_types), *fields),
    )


def _content(model: str, media_types: list[str]) -> list[str]:
    """Return the fields `body` and `media_type`, where they differ from what every reply has."""
    if not media_types:
        return ["body: None = None"]
    body = f"body: models.{model}" if model else "body: AsyncIterable[bytes]"
    if media_types == ["application/json"]:
        return [body]
    choice = f"media_type: Literal[{', '.join(map(repr, media_types))}]"
    return [body, choice if len(media_types) > 1 else f"{choice} = {media_types[0]!r}"]
