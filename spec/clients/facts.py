"""What the libraries that write the clients leave out: typed headers, and the codes of problems."""

from collections.abc import Iterator
from dataclasses import dataclass

from spec.tools.contract import Contract, Node
from spec.tools.load import Json
from spec.tools.names import parameter_name, pascal, unused

_PROBLEM = "application/problem+json"
_KINDS = {"integer": ("int", "number"), "number": ("float", "number")}


@dataclass(frozen=True)
class Header:
    """A header of a response, and its types in the languages of the clients."""

    name: str
    python_name: str
    python: str
    typescript: str
    is_required: bool


@dataclass(frozen=True)
class HeaderSet:
    """The headers of one response."""

    name: str
    title: str
    headers: tuple[Header, ...]


def header_sets(contract: Contract) -> list[HeaderSet]:
    """Return the headers of every response that has some; a shared response is listed once."""
    found: dict[str, HeaderSet] = {}
    for endpoint in contract.endpoints():
        for status, written in endpoint.node.get("responses").entries():
            shared = written.text("$ref").rpartition("/")[2]
            name = pascal(shared or f"{endpoint.operation_id}{status.capitalize()}") + "Headers"
            title = f"the response {shared or f'{status} of {endpoint.operation_id}'}"
            headers = _headers(written.follow())
            if headers:
                found.setdefault(name, HeaderSet(name, title, headers))
    return list(found.values())


def problem_codes(contract: Contract) -> list[str]:
    """Return the codes that the examples of problems have; none without a schema `Problem`."""
    if not contract.node("components", "schemas", "Problem", "properties", "code").exists:
        return []
    return sorted(
        {
            str(example["code"])
            for content in _problem_contents(contract.document)
            for example in _examples(contract, content)
            if "code" in example
        }
    )


def _headers(response: Node) -> tuple[Header, ...]:
    found: dict[str, Header] = {}
    for name, written in response.get("headers").entries():
        if name.lower() == "content-type":
            continue
        node = written.follow()
        python, typescript = _KINDS.get(node.get("schema").text("type"), ("str", "string"))
        python_name = unused(parameter_name(name.lower()), {"cls", "read", *found})
        is_required = node.child("required").value is True
        found[python_name] = Header(name, python_name, python, typescript, is_required)
    return tuple(found.values())


def _problem_contents(value: Json) -> Iterator[dict[str, Json]]:
    if isinstance(value, dict):
        content = value.get(_PROBLEM)
        if isinstance(content, dict):
            yield content
        for part in value.values():
            yield from _problem_contents(part)
    if isinstance(value, list):
        for part in value:
            yield from _problem_contents(part)


def _examples(contract: Contract, content: dict[str, Json]) -> Iterator[dict[str, Json]]:
    examples = Node(contract, (), content).get("examples").entries()
    for value in (
        content.get("example"),
        *(node.follow().child("value").value for _, node in examples),
    ):
        if isinstance(value, dict):
            yield value
