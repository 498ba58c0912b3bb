"""The contract in few words, for llms-full.txt: a block per operation, each schema once."""

import json
from collections.abc import Iterator
from pathlib import Path

from spec.tools.contract import Contract, Endpoint, Node
from tools.docs.contract import API, contracts, limit, prefix, roles
from tools.docs.schemas import describe, objects

_INTRO = f"""# Operations

One block each; a star marks what is required, and errors are numbers: docs/ERROR_MODEL.md says
what they mean. Without a limit of its own an operation has that of the settings. A parameter is
described where it first appears; the schemas of a version follow its operations. Examples,
queries and tables are on the pages below `{API}/`."""


def outline(root: Path) -> str:
    """Return the operations and schemas of every version."""
    parts = [_INTRO]
    for target, contract in contracts(root):
        parts.append(f"## {target.version}: {contract.node('info').text('title')}")
        parts += _tags(contract)
        parts += [f"### Schemas of {target.version}", *_schemas(contract)]
    return "\n\n".join(parts)


def _tags(contract: Contract) -> Iterator[str]:
    seen: set[str] = set()
    for _, tag in contract.node("tags").entries():
        yield f"### {tag.text('name')}: {tag.text('description')}"
        for endpoint in contract.endpoints():
            if endpoint.tag == tag.text("name"):
                yield "\n".join(line for line in _operation(endpoint, seen) if line)


def _operation(endpoint: Endpoint, seen: set[str]) -> Iterator[str]:
    path = f"{prefix(endpoint.node.contract)}{endpoint.path}"
    who = _needs(endpoint)
    yield _plain(f"{endpoint.operation_id}: {endpoint.method.upper()} {path}; {who}")
    yield f"{endpoint.node.text('summary')}. {endpoint.node.text('description')}"
    facts = [f"limit: {limit(endpoint)}"] if "x-rate-limit" in endpoint.extensions() else []
    facts += [
        f"{name}: {json.dumps(node.value)}"
        for name, node in endpoint.extensions().items()
        if name != "x-rate-limit"
    ]
    if endpoint.node.child("deprecated").value:
        facts.append(f"deprecated, sunset: {endpoint.node.text('x-sunset') or 'not set'}")
    yield "; ".join(facts)
    yield _plain("; ".join(_parameter(node, seen) for node in endpoint.parameters()))
    for media_type, content in endpoint.node.get("requestBody").get("content").entries():
        yield f"body: {_schema(content)} ({media_type})"
    yield _answers(endpoint)


def _needs(endpoint: Endpoint) -> str:
    """Return what a caller shows, with its scopes, and the roles that have them."""
    ways = [
        " and ".join(" ".join([name, *entry.strings(name)]) for name, _ in entry.entries())
        for entry in endpoint.security()
    ]
    return f"{' or '.join(ways)}; roles: {roles(endpoint)}" if ways else "anybody"


def _parameter(node: Node, seen: set[str]) -> str:
    name = f"{node.text('in')} {node.text('name')}{'*' if node.child('required').value else ''}"
    text = f"{name}: {describe(node.child('schema'))}"
    known = text in seen
    seen.add(text)
    return name if known else text


def _answers(endpoint: Endpoint) -> str:
    good, errors = [], []
    for status, response in endpoint.responses():
        if int(status) >= 400:
            errors.append(status)
            continue
        bodies = [_schema(content) for _, content in response.get("content").entries()]
        headers = [
            name
            for name, header in response.get("headers").entries()
            if not header.follow().has("x-filled-by-server")
        ]
        sent = f" with {', '.join(headers)}" if headers else ""
        good.append(" ".join([status, *dict.fromkeys(filter(None, bodies))]) + sent)
    return f"{'; '.join(good)}; errors {' '.join(errors)}"


def _schema(content: Node) -> str:
    schema = content.child("schema")
    return schema.schema_name or _plain(describe(schema))


def _schemas(contract: Contract) -> Iterator[str]:
    found: dict[str, Node] = {}
    for endpoint in contract.endpoints():
        good = (response for status, response in endpoint.responses() if int(status) < 400)
        for holder in (endpoint.node.get("requestBody"), *good):
            for _, content in holder.get("content").entries():
                objects(content.child("schema"), found)
    for name, node in found.items():
        required = node.strings("required")
        lines = [f"{name}: {node.text('description')}"]
        lines += [
            _plain(f"- {key}{'*' if key in required else ''}: {_member(value)}")
            for key, value in node.get("properties").entries()
        ]
        yield "\n".join(lines)


def _member(value: Node) -> str:
    says = value.text("description") or value.follow().text("description")
    return f"{describe(value)}. {says}" if says else describe(value)


def _plain(text: str) -> str:
    """Return a line without marks of code: a model needs none."""
    return text.replace("`", "")
