"""Pages from the contract: one per operation, and an overview."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from app.core.exceptions import CATALOGUE
from docs.tools.markdown import fence, json_block, page, table
from docs.tools.operation_facts import (
    API,
    address,
    contracts,
    curl,
    examples,
    limit,
    needs,
    prefix,
    roles,
)
from docs.tools.schemas import describe, members
from spec.tools.contract import Contract, Endpoint, Node
from spec.tools.target import Target

_WALKED = {"API", "TOKEN"}
_UP = "../" * 5  # from an operation's page to the root


def operation_pages(root: Path) -> dict[str, str]:
    """Return address → text of every operation's page, and of their overview."""
    pages: dict[str, str] = {}
    parts: list[str] = []
    for target, contract in contracts(root):
        parts.append(_overview(target, contract))
        for endpoint in contract.endpoints():
            pages[address(target, endpoint)] = _operation(target, endpoint)
    intro = "Every operation of every version, with its requirements."
    return {f"{API}/README.md": page("Operations", intro, *parts), **pages}


def _overview(target: Target, contract: Contract) -> str:
    parts = [f"## {target.version}: {contract.node('info').text('title')}"]
    tags = (node for _, node in contract.node("tags").entries())
    for tag in tags:
        rows = []
        for endpoint in contract.endpoints():
            if endpoint.tag == tag.text("name"):
                link = address(target, endpoint).removeprefix(f"{API}/")
                rows.append(
                    (
                        f"[{endpoint.operation_id}]({link})",
                        f"`{endpoint.method.upper()} {prefix(contract)}{endpoint.path}`",
                        needs(endpoint),
                        roles(endpoint),
                    )
                )
        head = ("Operation", "Request", "Needs", "Roles")
        parts += [f"### {tag.text('name')}", tag.text("description"), table(head, rows)]
    return "\n\n".join(parts)


def _operation(target: Target, endpoint: Endpoint) -> str:
    request = f"{endpoint.method.upper()} {prefix(endpoint.node.contract)}{endpoint.path}"
    body = endpoint.node.get("requestBody")
    sections = [fence("http", request), endpoint.node.text("description"), _deprecation(endpoint)]
    sections += [_facts(target, endpoint)]
    if parameters := endpoint.parameters():
        sections += ["## Parameters", parameter_table(parameters)]
    for media_type, content in body.get("content").entries():
        sections += [f"## Request body: {media_type}", members(content.child("schema"))]
        sections += [json_block(value) for value in examples(content)]
    sections += ["## Responses", *_successes(endpoint), *_errors(endpoint)]
    command = curl(endpoint)
    sections += ["## Call it", _variables(command), fence("sh", command)]
    return page(endpoint.node.text("summary"), *sections)


def _variables(command: str) -> str:
    """Return a sentence that explains the variables of a command."""
    found = dict.fromkeys(re.findall(r"\$([A-Z][A-Z0-9_]*)", command))
    walk = f"The [walk-through]({_UP}README.md#walk-through-the-api) sets"
    given = " and ".join(f"`${name}`" for name in found if name in _WALKED)
    own = "".join(f"; set `${name}` yourself" for name in found if name not in _WALKED)
    return f"{walk} {given}{own}."


def _deprecation(endpoint: Endpoint) -> str:
    if not endpoint.node.child("deprecated").value:
        return ""
    day = endpoint.node.text("x-sunset")
    return "> [!WARNING]\n> Deprecated" + (f"; it may be gone after {day}." if day else ".")


def _facts(target: Target, endpoint: Endpoint) -> str:
    version = target.version
    rows = [
        ("Operation", f"`{endpoint.operation_id}` of the tag `{endpoint.tag}`"),
        ("Contract", _file(endpoint.node.where.file)),
        ("Needs", needs(endpoint)),
        ("Roles", roles(endpoint)),
        ("Rate limit", limit(endpoint)),
        ("Route", _file(f"app/api/{version}/{_module(endpoint)}.py")),
        ("Service", _file(f"app/services/{endpoint.tag}.py")),
    ]
    rows += [
        (f"`{name}`", f"`{json.dumps(node.value)}`")
        for name, node in endpoint.extensions().items()
        if name != "x-rate-limit"
    ]
    return table(("Fact", "Value"), rows)


def _module(endpoint: Endpoint) -> str:
    is_manual = endpoint.node.child("x-manual-route").value is True
    return "manual" if is_manual else f"routes/{endpoint.tag}"


def _file(path: str) -> str:
    return f"[{path}]({_UP}{path})"


def parameter_table(parameters: list[Node]) -> str:
    """Return a table of parameters."""
    rows = [
        (
            f"`{node.text('name')}`",
            node.text("in"),
            describe(node.child("schema")),
            "yes" if node.child("required").value else "",
            node.text("description"),
        )
        for node in parameters
    ]
    return table(("Name", "In", "Type", "Required", "Meaning"), rows)


def _successes(endpoint: Endpoint) -> Iterator[str]:
    for status, response in endpoint.responses():
        if _is_error(status):
            continue
        yield f"### {status}"
        yield response.text("description")
        headers = [
            (f"`{name}`", header.follow().text("description"))
            for name, header in response.get("headers").entries()
            if not header.follow().has("x-filled-by-server")
        ]
        yield table(("Header", "Meaning"), headers)
        for _, content in response.get("content").entries():
            yield members(content.child("schema"))
            yield from (json_block(value) for value in examples(content)[:1])


def _errors(endpoint: Endpoint) -> Iterator[str]:
    rows = []
    for status, response in endpoint.responses():
        names = (
            name
            for _, content in response.get("content").entries()
            for name, _ in content.get("examples").entries()
        )
        links = [f"[{n}](../../../problems/{n}.md)" for n in names if n in CATALOGUE]
        if _is_error(status):
            rows.append((status, ", ".join(links), response.text("description")))
    yield "### Errors"
    yield table(("Status", "Code", "When"), rows)


def _is_error(status: str) -> bool:
    """Tell whether a status, or a range such as `4XX`, is an error; so is `default`."""
    return not status.startswith(("1", "2", "3"))
