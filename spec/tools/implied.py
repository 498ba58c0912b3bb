"""What follows from an operation: the responses, headers and parameters that nobody has to write.

The root document names the file with the components: `x-implied-from: common.yaml`. A contract
without that line, or a file without the component, gets nothing added. Components of that file
that the contract does not use are left out.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from spec.tools.contract import Contract, Endpoint
from spec.tools.finding import Where
from spec.tools.load import Json, Pointer

Condition: TypeAlias = Callable[[Endpoint], bool]
Names: TypeAlias = Collection[tuple[str, str]]

# Statuses whose body RFC 6749 defines; an operation in its format writes them itself.
OAUTH2_STATUSES = frozenset({"400", "401"})


@dataclass(frozen=True)
class Implied:
    """A status that an operation answers with, and why.

    Attributes:
        component: Name of the response in `components.responses`.
        when: Tells whether an operation answers with it.
        why: The reason, as the finding of a missing declaration gives it.
    """

    status: str
    component: str
    when: Condition
    why: str


def _always(_: Endpoint) -> bool:
    return True


def _is_limited(endpoint: Endpoint) -> bool:
    """Tell whether the operation has a rate limit: the default one, or its own."""
    limit = endpoint.extensions().get("x-rate-limit")
    return limit is None or bool(limit.child("policies").value)


def _is_secured(endpoint: Endpoint) -> bool:
    return any(alternative.value for alternative in endpoint.security())


def _needs_scopes(endpoint: Endpoint) -> bool:
    alternatives = endpoint.security()
    return any(it.strings(scheme) for it in alternatives for scheme, _ in it.entries())


def _has_body(endpoint: Endpoint) -> bool:
    return bool(endpoint.node.get("requestBody").get("content").value)


def _has_path_parameters(endpoint: Endpoint) -> bool:
    return bool(endpoint.parameters_in("path"))


def _is_oauth2(endpoint: Endpoint) -> bool:
    return endpoint.node.text("x-error-format") == "oauth2"


def _is_paged(endpoint: Endpoint) -> bool:
    return "x-pagination" in endpoint.extensions()


def _is_idempotent(endpoint: Endpoint) -> bool:
    return endpoint.is_idempotent


def _has_header(name: str) -> Condition:
    return lambda endpoint: name in {it.text("name") for it in endpoint.parameters_in("header")}


def _validates(endpoint: Endpoint) -> bool:
    """Tell whether a value can be refused; RFC 6749 answers 400 instead."""
    if endpoint.parameters():
        return True
    ignores_unknown = endpoint.extensions().get("x-additional-query")
    is_closed = ignores_unknown is None or ignores_unknown.value is not True
    return (is_closed or endpoint.node.has("requestBody")) and not _is_oauth2(endpoint)


def _has_dependencies(endpoint: Endpoint) -> bool:
    return _is_limited(endpoint) or _is_secured(endpoint)


# The first row of a status whose condition holds counts.
RESPONSES = (
    Implied("304", "NotModified", _has_header("If-None-Match"), "If-None-Match is a parameter"),
    Implied("400", "InvalidCursor", _is_paged, "the operation has x-pagination"),
    Implied("400", "BadRequest", _has_body, "the operation has a body"),
    Implied("401", "Unauthorized", _is_secured, "the operation is secured"),
    Implied("403", "Forbidden", _needs_scopes, "the operation needs scopes"),
    Implied("404", "NotFound", _has_path_parameters, "a part of the path is a parameter"),
    Implied("409", "Conflict", _is_idempotent, "the operation is idempotent"),
    Implied("412", "PreconditionFailed", _has_header("If-Match"), "If-Match is a parameter"),
    Implied("413", "ContentTooLarge", _has_body, "the operation has a body"),
    Implied("415", "UnsupportedMediaType", _has_body, "the operation has a body"),
    Implied("422", "ValidationFailed", _validates, "the operation refuses invalid values"),
    Implied("429", "TooManyRequests", _is_limited, "the operation has a rate limit"),
    Implied("500", "InternalError", _always, "every operation can fail"),
    Implied("503", "ServiceUnavailable", _has_dependencies, "the operation needs other servers"),
)

# Header, component, how the statuses that have it begin, and when; the server fills in most.
_HEADERS: tuple[tuple[str, str, str, Condition], ...] = (
    ("RateLimit", "RateLimit", "", _is_limited),
    ("RateLimit-Policy", "RateLimitPolicy", "", _is_limited),
    ("Location", "Location", "201", _always),
    ("Idempotency-Replayed", "IdempotencyReplayed", "2", _is_idempotent),
)
_PARAMETERS: tuple[tuple[str, str, Condition], ...] = (
    ("Idempotency-Key", "IdempotencyKey", _is_idempotent),
)


def complete(contract: Contract, components: Json) -> Contract:
    """Return the contract with what follows from its operations; the author's own entries stay.

    Args:
        contract: The document as it is written; its operations are changed in place.
        components: The components that may be used, by kind and name.
    """
    names = {
        (kind, name) for kind, members in _mapping(components).items() for name in _mapping(members)
    }
    positions = dict(contract.positions)
    completed = Contract(contract.folder, contract.document, positions)
    for endpoint in completed.endpoints():
        _add_parameters(endpoint, names)
        positions |= _add_responses(endpoint, names)
        _add_headers(endpoint, names)
    _leave_out_unused(completed.document, names)
    return completed


def references(value: Json) -> Iterator[str]:
    """Yield what a part of a document refers to."""
    children = list(value.values()) if isinstance(value, dict) else value
    for child in children if isinstance(children, list) else ():
        if isinstance(child, str) and child.startswith("#/components/"):
            yield child
        yield from references(child)


def _leave_out_unused(document: Json, names: Names) -> None:
    """Remove shared components that nothing refers to, and those that only they refer to."""
    components = _mapping(_mapping(document).get("components"))
    is_smaller = True
    while is_smaller:
        used, is_smaller = set(references(document)), False
        for kind, name in sorted(names):
            members = _mapping(components.get(kind))
            if f"#/components/{kind}/{name}" not in used and name in members:
                del members[name]
                is_smaller = True
    for kind in [kind for kind, members in components.items() if members == {}]:
        del components[kind]


def _add_parameters(endpoint: Endpoint, names: Names) -> None:
    known = {node.text("name").lower() for node in endpoint.parameters_in("header")}
    added = [
        _reference("parameters", component)
        for name, component, when in _PARAMETERS
        if ("parameters", component) in names and name.lower() not in known and when(endpoint)
    ]
    if added and isinstance(endpoint.node.value, dict):
        written = endpoint.node.child("parameters").value
        endpoint.node.value["parameters"] = [
            *(written if isinstance(written, list) else ()),
            *added,
        ]


def _add_responses(endpoint: Endpoint, names: Names) -> dict[Pointer, Where]:
    """Add responses, sort all by status, and return where those that were added come from."""
    node = endpoint.node.child("responses")
    if not isinstance(node.value, dict):
        return {}
    responses, added = node.value, dict[Pointer, Where]()
    for row in RESPONSES:
        is_written = covers(responses, row.status)
        is_foreign = _is_oauth2(endpoint) and row.status in OAUTH2_STATUSES
        if ("responses", row.component) not in names or is_written or is_foreign:
            continue
        if row.when(endpoint):
            responses[row.status] = _reference("responses", row.component)
            added[(*node.pointer, row.status)] = endpoint.node.where
    _rewrite(responses, dict(sorted(responses.items(), key=lambda entry: entry[0])))
    return added


def _add_headers(endpoint: Endpoint, names: Names) -> None:
    """Add headers to the operation's responses, and to the components that these refer to."""
    for status, response in endpoint.responses():
        written = _mapping(response.child("headers").value)
        known = {name.lower() for name in written}
        added: dict[str, Json] = {
            name: _reference("headers", component)
            for name, component, start, when in _HEADERS
            if ("headers", component) in names and status.startswith(start)
            if name.lower() not in known and when(endpoint)
        }
        if added and isinstance(response.value, dict):
            rest = dict(response.value)
            start = {"description": rest.pop("description")} if "description" in rest else {}
            rest.pop("headers", None)
            _rewrite(response.value, {**start, "headers": added | written, **rest})


def covers(responses: Json, status: str) -> bool:
    """Tell whether responses declare a status, if only by its class or as the default."""
    return bool({status, f"{status[0]}XX", "default"} & _mapping(responses).keys())


def _rewrite(mapping: dict[str, Json], members: dict[str, Json]) -> None:
    """Give the mapping these members, in this order."""
    mapping.clear()
    mapping.update(members)


def _reference(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
