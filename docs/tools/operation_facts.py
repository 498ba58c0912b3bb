"""Facts about an operation for the pages, read from the contract."""

import json
import shlex
from functools import cache
from pathlib import Path

from app.core.security import ROLE_SCOPES
from docs.tools.markdown import codes
from docs.tools.pages import REFERENCE
from spec.tools.bundle import assemble
from spec.tools.contract import Contract, Endpoint, Node
from spec.tools.load import Json
from spec.tools.media import is_file
from spec.tools.target import Target, targets

API = f"{REFERENCE}/api"


@cache
def contracts(root: Path) -> list[tuple[Target, Contract]]:
    """Return the contract of every version, the newest first."""
    return [(target, assemble(target)) for target in reversed(targets(root))]


def address(target: Target, endpoint: Endpoint) -> str:
    """Return the address of an operation's page."""
    return f"{API}/{target.version}/{endpoint.tag}/{endpoint.operation_id}.md"


def prefix(contract: Contract) -> str:
    """Return the prefix of a contract's paths."""
    return contract.node("servers", "0").text("url").rstrip("/")


def scopes(endpoint: Endpoint) -> list[frozenset[str]]:
    """Return the scopes of each alternative; an empty list means that no credentials are needed."""
    return [
        frozenset(scope for name, _ in entry.entries() for scope in entry.strings(name))
        for entry in endpoint.security()
    ]


def needs(endpoint: Endpoint) -> str:
    """Return the credentials that a caller has to send, with their scopes."""
    wanted = [
        f"{codes(sorted(entry.strings(scheme)))} by {codes([scheme])}"
        for entry in endpoint.security()
        for scheme, _ in entry.entries()
    ]
    return " or ".join(wanted) or "nothing"


def roles(endpoint: Endpoint) -> str:
    """Return the roles whose scopes suffice."""
    alternatives = scopes(endpoint)
    found = [role for role, held in ROLE_SCOPES.items() if any(a <= held for a in alternatives)]
    return codes(found) if alternatives else "anybody"


def limit(endpoint: Endpoint) -> str:
    """Return the rate limit as text; the settings are the default."""
    node = endpoint.extensions().get("x-rate-limit")
    if node is None:
        return "`RATE_LIMIT_PER_SECOND` and `RATE_LIMIT_PER_MINUTE`"
    policies = [entry for _, entry in node.get("policies").entries()]
    texts = [f"{p.child('requests').value} in {p.child('seconds').value} s" for p in policies]
    per = "address" if node.text("per") == "address" else "caller"
    return f"{' and '.join(texts)} per {per}" if texts else "none"


def examples(content: Node) -> list[Json]:
    """Return the values of the examples of a body."""
    return [entry.follow().child("value").value for _, entry in content.get("examples").entries()]


def curl(endpoint: Endpoint) -> str:
    """Return a command that calls the operation, with variables for the caller's values."""
    path, lines = endpoint.path, []
    for node in endpoint.parameters():
        name = node.text("name")
        if node.text("in") == "path":
            path = path.replace(f"{{{name}}}", f"${name.upper()}")
        elif node.child("required").value and node.text("in") == "header":
            lines.append("-H " + shlex.quote(f"{name}: {node.child('example').value}"))
    if endpoint.security():
        lines.append('-H "Authorization: Bearer $TOKEN"')
    contents = endpoint.node.get("requestBody").get("content").entries()
    for media_type, content in contents[:1]:
        value = next(iter(examples(content)), {})
        if media_type == "application/json":
            lines.append(f"-H 'Content-Type: {media_type}'")
            lines.append(f"-d {shlex.quote(json.dumps(value, ensure_ascii=False))}")
        elif is_file(content.child("schema")):
            lines += [f"-H 'Content-Type: {media_type}'", '--data-binary "@$FILE"']
        elif isinstance(value, dict):
            lines += [f"--data-urlencode {shlex.quote(f'{k}={v}')}" for k, v in value.items()]
    method = "" if endpoint.method == "get" else f"-X {endpoint.method.upper()} "
    return " \\\n  ".join([f'curl {method}"$API{path}"', *lines])
