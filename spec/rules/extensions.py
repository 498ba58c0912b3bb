"""Rules about what an operation's extensions mean together with the rest of it."""

from collections.abc import Iterator

from spec.rules.responses import declaration
from spec.tools.contract import Endpoint, Node

Breaches = Iterator[tuple[Node, str, str]]


def _is_secured(endpoint: Endpoint) -> bool:
    alternatives = endpoint.security()
    return bool(alternatives) and all(alternative.value for alternative in alternatives)


def no_stored_secrets(endpoint: Endpoint) -> Breaches:
    """Answers to idempotent requests are stored, but a new secret must not be stored."""
    if not endpoint.is_idempotent:
        return
    node = endpoint.extensions()["x-idempotent"]
    for status, response in endpoint.responses():
        header = response.get("headers").get("Cache-Control")
        if status < "300" and header.get("schema").text("const") == "no-store":
            fix = "leave x-idempotent out; a client that lost the answer revokes and asks again"
            yield node, f"the answer {status} is no-store, and x-idempotent stores it", fix


def no_public_cache_of_secured_reads(endpoint: Endpoint) -> Breaches:
    """A cache that many users share would give one caller's answer to another."""
    node = endpoint.extensions().get("x-cache")
    if node is not None and node.child("public").value is True and _is_secured(endpoint):
        fix = "remove public, or remove the security of the operation"
        yield node, f"{endpoint.operation_id} is secured, and its x-cache is public", fix


def policies_of_different_names(endpoint: Endpoint) -> Breaches:
    """A policy's name is its counter: two of one name would count each request twice."""
    node = endpoint.extensions().get("x-rate-limit")
    seen: set[str] = set()
    for _, policy in node.child("policies").entries() if node is not None else ():
        name = policy.text("name")
        if name in seen:
            yield policy, f"two policies are called {name}", "give each a name of its own"
        seen.add(name)


def refusal_without_redis(endpoint: Endpoint) -> Breaches:
    """An operation that needs the shared count answers 503 while Redis is down."""
    node = endpoint.extensions().get("x-rate-limit")
    if node is None or node.text("without_redis") != "refuse":
        return
    if "503" not in {status for status, _ in endpoint.responses()}:
        fix = declaration(endpoint, "503")
        yield node, f"{endpoint.operation_id} refuses without Redis and has no 503", fix


def names_of_pages(endpoint: Endpoint) -> Breaches:
    """The server, clients and tools find the parts of a page by the names in x-pagination."""
    node = endpoint.extensions().get("x-pagination")
    query = {node.text("name") for node in endpoint.parameters_in("query")}
    if node is None:
        if "cursor" in query:
            fix = "add `x-pagination: {cursor: cursor, limit: limit, items: items, next: next}`"
            yield endpoint.node, f"{endpoint.operation_id} has a cursor and no x-pagination", fix
        return
    for key in ("cursor", "limit"):
        if node.text(key) not in query:
            yield node, f"x-pagination: there is no query parameter {node.text(key)}", "add it"
    answer = dict(endpoint.responses()).get("200", endpoint.node)
    body = answer.get("content").get("application/json").get("schema").get("properties")
    for key in ("items", "next"):
        members = body
        *outer, name = node.text(key).split(".")
        for step in outer:
            members = members.get(step).get("properties")
        if not members.has(name):
            yield node, f"x-pagination: the answer has no member {node.text(key)}", "add it"


def declared_idempotency(endpoint: Endpoint) -> Breaches:
    """A client needs the key to repeat a request, and the promise to rely on the key."""
    node = endpoint.extensions().get("x-idempotent")
    promised = node is not None and node.value is True
    keys = [node for node in endpoint.parameters() if node.text("name") == "Idempotency-Key"]
    if promised and not keys:
        fix = "add the parameter Idempotency-Key"
        yield node or endpoint.node, "x-idempotent without the parameter Idempotency-Key", fix
    if keys and not promised:
        yield endpoint.node, "the parameter Idempotency-Key without x-idempotent", "add it"


def announced_ends(endpoint: Endpoint) -> Breaches:
    """Headers tell clients when an operation will end; RFC 9745, section 4, orders the dates."""
    extensions = endpoint.extensions()
    since, sunset = extensions.get("x-deprecation"), extensions.get("x-sunset")
    if endpoint.node.child("deprecated").value is not True:
        for node in filter(None, (since, sunset)):
            fix = "add deprecated: true"
            yield node, f"{node.name} at an operation that is not deprecated", fix
    elif since is None:
        fix = 'add `x-deprecation: {since: "<today>"}`'
        yield endpoint.node, f"{endpoint.operation_id} is deprecated, but not since when", fix
    elif sunset is not None and str(sunset.value) < since.text("since"):
        yield sunset, "x-sunset is before the deprecation", "name a later day"


def buckets_of_different_names(endpoint: Endpoint) -> Breaches:
    """The counter of a limit has the name of its operation or tag; equal names share a counter."""
    if endpoint.operation_id in endpoint.node.contract.tags:
        node = endpoint.node.child("operationId")
        yield node, f"{endpoint.operation_id} is a tag too", "write a verb and a noun"
