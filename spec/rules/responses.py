"""Rules about responses."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from spec.tools.contract import Endpoint, Node
from spec.tools.implied import OAUTH2_STATUSES, RESPONSES, Implied, covers

Breaches = Iterator[tuple[Node, str, str]]

_PROBLEM = "application/problem+json"


def problems(endpoint: Endpoint) -> Breaches:
    """Clients read all errors by the same code; only RFC 6749 requires another format."""
    oauth2 = endpoint.node.text("x-error-format") == "oauth2"
    for status, response in endpoint.responses():
        if status < "400" or (oauth2 and status in OAUTH2_STATUSES):
            continue
        contents = dict(response.get("content").entries())
        schema = contents[_PROBLEM].child("schema") if list(contents) == [_PROBLEM] else None
        if schema is None or schema.schema_name != "Problem":
            written = endpoint.node.child("responses").child(status)
            fix = f"answer {_PROBLEM} with the schema Problem"
            yield written, f"the error {status} is not a problem document", fix


def examples(endpoint: Endpoint) -> Breaches:
    """Examples are documentation, and the answers of operations without code."""
    for status, response in endpoint.responses():
        for _, content in response.get("content").entries():
            if status < "400" and not _is_binary(content) and not content.child("examples").value:
                fix = "add examples: with a name, and a value below it"
                yield content, f"the answer {status} has no examples", fix


def _is_binary(content: Node) -> bool:
    schema = content.get("schema")
    return schema.text("format") == "binary" or schema.has("contentMediaType")


def header_examples(endpoint: Endpoint) -> Breaches:
    """Mock servers send the examples; values that they invent can break clients under test."""
    for _, response in endpoint.responses():
        for name, header in response.get("headers").entries():
            schema = header.follow().get("schema")
            if schema.exists and not schema.has("const") and not schema.child("examples").value:
                yield schema, f"the header {name} has no example", "add schema.examples"


def named_bodies(endpoint: Endpoint) -> Breaches:
    """Clients name the type of an answer after its schema."""
    for status, response in endpoint.responses():
        for _, content in response.get("content").entries():
            if content.has("schema") and not content.child("schema").schema_name:
                fix = "make it a component and refer to it"
                yield content, f"the answer {status} has a schema without a name", fix


def event_streams(endpoint: Endpoint) -> Breaches:
    """OpenAPI 3.1 cannot describe single events; tools take an object for one JSON document."""
    for _, response in endpoint.responses():
        schema = response.get("content").child("text/event-stream").get("schema")
        if schema.exists and schema.strings("type") != ["string"]:
            fix = "write type: string, with the text of some events as an example"
            yield schema, "an event stream is not a string", fix


def declaration(endpoint: Endpoint, status: str) -> str:
    """Return the fix for a status that is missing: the line that most other operations have."""
    contract = endpoint.node.contract
    if not (references := contract.shared_responses.get(status)):
        return f"declare {status}"
    ((reference, _),) = references.most_common(1)
    file = PurePosixPath(contract.node(*reference.split("/")[1:]).where.file).name
    home = "" if file == f"{endpoint.file_stem}.yaml" else file
    return f'add `"{status}": {{$ref: "{home}{reference}"}}`'


def undeclared(endpoint: Endpoint, *components: str) -> Iterator[Implied]:
    """Yield what follows from the operation, of these components, and is not declared."""
    declared = endpoint.node.child("responses").value
    for implied in RESPONSES:
        is_asked = implied.component in components and not covers(declared, implied.status)
        if is_asked and implied.when(endpoint):
            yield implied


def _demand(endpoint: Endpoint, *components: str) -> Breaches:
    for implied in undeclared(endpoint, *components):
        what = f"{implied.why}, but {implied.status} is not declared"
        yield endpoint.node.child("responses"), what, declaration(endpoint, implied.status)


def secured_operations(endpoint: Endpoint) -> Breaches:
    """A caller without sufficient credentials gets 401 or 403."""
    yield from _demand(endpoint, "Unauthorized", "Forbidden")


def refused_bodies(endpoint: Endpoint) -> Breaches:
    """A body can be malformed, too large or of the wrong type."""
    yield from _demand(endpoint, "BadRequest", "ContentTooLarge", "UnsupportedMediaType")


def refused_values(endpoint: Endpoint) -> Breaches:
    """A field or a parameter can break its schema, or be unknown; RFC 6749 has no 422 for it."""
    yield from _demand(endpoint, "ValidationFailed")


def server_errors(endpoint: Endpoint) -> Breaches:
    """Any operation can fail, and reports it in the error format of the contract."""
    yield from _demand(endpoint, "InternalError")


def location_of_created(endpoint: Endpoint) -> Breaches:
    """RFC 9110, section 15.3.2: 201 says where the new resource is."""
    for status, response in endpoint.responses():
        location = response.get("headers").get("Location")
        if status == "201" and location.child("required").value is not True:
            yield response, "201 without a required Location", "add it with required: true"


def locations_of_any_version(endpoint: Endpoint) -> Breaches:
    """The server puts the prefix of the version in front of the path, so the path varies."""
    for _, response in endpoint.responses():
        for name in ("Location", "Link"):
            written = response.get("headers").get(name).get("schema").child("const")
            if written.exists:
                fix = "remove const, and let the service supply the path"
                yield written, f"the header {name} is constant", fix


def links(endpoint: Endpoint) -> Breaches:
    """Stateful tests and clients follow links."""
    by_id = endpoint.node.contract.by_id
    for _, response in endpoint.responses():
        for name, written in response.get("links").entries():
            link = written.follow()
            other = by_id.get(link.text("operationId"))
            if other is None:
                wanted = link.text("operationId") or "no operationId"
                yield link, f"the link {name} leads to {wanted}", "name an operation"
                continue
            known = {node.text("name") for node in other.parameters()}
            known |= {f"{node.text('in')}.{node.text('name')}" for node in other.parameters()}
            for parameter, value in link.child("parameters").entries():
                if parameter not in known:
                    fix = f"use one of {', '.join(sorted(known)) or 'none'}"
                    yield value, f"{other.operation_id} has no parameter {parameter}", fix
