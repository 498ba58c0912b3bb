"""Rules about what an operation says of itself."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from jsonschema_rs import validator_for

from spec.rules.responses import declaration, undeclared
from spec.tools.contract import Endpoint, Node
from spec.tools.finding import closest
from spec.tools.load import Json, load

Breaches = Iterator[tuple[Node, str, str]]


def operation_id(endpoint: Endpoint) -> Breaches:
    """It becomes the name of a method, of a reply class and of a client's function."""
    if not re.fullmatch(r"[a-z]+([A-Z0-9][a-z0-9]*)*", endpoint.operation_id):
        node = endpoint.node.child("operationId")
        fix = "write a verb and a noun, such as listItems"
        yield node, f"the operationId {endpoint.operation_id!r} is not camelCase", fix


def summary_and_description(endpoint: Endpoint) -> Breaches:
    """They are the docstring of the code and the text of the documentation."""
    for key in ("summary", "description"):
        if not endpoint.node.text(key).strip():
            yield endpoint.node, f"the operation has no {key}", f"add a {key}"


def _declared_tags(endpoint: Endpoint) -> set[str]:
    return set(endpoint.node.contract.tags)


def one_declared_tag(endpoint: Endpoint) -> Breaches:
    """The tag is the resource: the file, the router and the service of the operation."""
    tags = endpoint.node.strings("tags")
    if len(tags) != 1:
        yield endpoint.node, f"the operation has {len(tags)} tags", "give it exactly one"
    for tag in set(tags) - _declared_tags(endpoint):
        yield endpoint.node.child(
            "tags"
        ), f"the tag {tag} is not declared", "add it to openapi.yaml"


def file_of_the_tag(endpoint: Endpoint) -> Breaches:
    """A resource has the same file name in every layer; a path of several tags is in one file."""
    tag = endpoint.tag
    owners = {tag for _, node in endpoint.item.entries() for tag in node.strings("tags")[:1]}
    if tag in _declared_tags(endpoint) and endpoint.file_stem not in owners:
        yield endpoint.node, f"an operation of {tag} is elsewhere", f"move it to {tag}.yaml"


def stated_security(endpoint: Endpoint) -> Breaches:
    """Each operation says who may call it: a default could open an operation by mistake."""
    if not endpoint.node.has("security"):
        fix = (
            "add `security: [{oauth2: [<scope>]}]`, "
            "`security: [{oauth2: []}]` for any signed-in user, or `security: []` for everybody"
        )
        yield endpoint.node, "the operation does not say who may call it", fix


def known_scopes(endpoint: Endpoint) -> Breaches:
    """A scope that no scheme offers can never be granted."""
    schemes = endpoint.node.contract.node("components", "securitySchemes")
    for alternative in endpoint.security():
        for scheme, scopes in alternative.entries():
            if not schemes.has(scheme):
                yield scopes, f"there is no security scheme {scheme}", "add it to openapi.yaml"
                continue
            # A scheme without flows, such as API keys, lends its scopes from those that have some.
            offered = _offered_scopes(schemes.get(scheme)) or {
                scope
                for name, _ in schemes.entries()
                for scope in _offered_scopes(schemes.get(name))
            }
            for scope in alternative.strings(scheme):
                if scope not in offered:
                    yield scopes, f"{scheme} has no scope {scope}", "add it or correct it"


def one_prefix(endpoint: Endpoint) -> Breaches:
    """The application serves every path below the prefix of the contract's first server."""
    for holder in (endpoint.item, endpoint.node):
        if holder.has("servers"):
            fix = "list them in openapi.yaml, or keep them for readers as x-servers"
            yield holder.child("servers"), "servers of a single path have no effect", fix


def _offered_scopes(scheme: Node) -> set[str]:
    flows = scheme.child("flows").entries()
    return {scope for _, flow in flows for scope, _ in flow.child("scopes").entries()}


@cache
def _extensions() -> Mapping[str, dict[str, Json]]:
    data = load(Path(__file__).with_name("extensions.yaml"), "extensions.yaml", []).data
    entries = data.items() if isinstance(data, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, dict)}


def valid_extensions(endpoint: Endpoint) -> Breaches:
    """The server acts on extensions, and does not validate them again."""
    for name, node in endpoint.extensions().items():
        schema = _extensions().get(name, {}).get("schema")
        if not isinstance(schema, dict):
            continue
        validator = validator_for(schema, validate_formats=True)
        if error := next(validator.iter_errors(node.value), None):
            yield node, f"{name}: {error.message}", "write it as spec/rules/extensions.yaml says"


def known_extensions(endpoint: Endpoint) -> Breaches:
    """A misspelt extension would have no effect, without a message."""
    for name, node in endpoint.extensions().items():
        if name not in _extensions():
            otherwise = (
                f"use one of {', '.join(_extensions())}, or add it to spec/rules/extensions.yaml"
            )
            yield node, f"the extension {name} is unknown", closest(name, _extensions(), otherwise)


def statuses_of_extensions(endpoint: Endpoint) -> Breaches:
    """If an extension makes the server refuse requests, the contract declares the status."""
    for implied in undeclared(endpoint, "TooManyRequests", "InvalidCursor", "Conflict"):
        fix = declaration(endpoint, implied.status)
        if implied.status == "429":
            fix += ", or state x-rate-limit without policies"
        yield endpoint.node, f"{implied.why}, but {implied.status} is not declared", fix
