"""Responses that the contract gives for operations without code."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from fastapi.responses import JSONResponse

from app.api.request.contract import Contract, Node, escape
from app.api.request.sample import samples
from app.core.exceptions import OperationNotImplemented
from app.schemas.operation import Operation

_NOTHING = object()
# What the server always sends itself.
_OWN = {"WWW-Authenticate", "Retry-After", "RateLimit", "RateLimit-Policy"}


class Example(JSONResponse):
    """An answer that the contract itself gives."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - the type that Starlette declares
        """Return the example as its media type writes it: JSON, or the text itself."""
        if content is _NOTHING:
            return b""
        if str(self.media_type).partition(";")[0].strip().endswith("json"):
            return super().render(content)
        return str(content).encode()


def example(contract: Contract, operation: Operation) -> Example:
    """Return an operation's first success: an example of the contract, or a value made from it.

    Raises:
        OperationNotImplemented: No body is found that the contract allows.
    """
    status = min(operation.statuses, default=200)
    status = status if status < 400 else 200
    key = operation.response_key(status)
    pointer, response = contract.resolve(
        f"/paths/{escape(operation.path)}/{operation.method.lower()}/responses/{key}"
    )
    headers = dict(_headers(contract, response))
    content: Mapping[str, Node] = response.get("content", {})
    if not content:
        return _without_body(status, headers)
    for media_type, value in _bodies(contract, pointer, content):
        return Example(value, status, headers, media_type)
    raise OperationNotImplemented(operation.operation_id)


def _bodies(
    contract: Contract, pointer: str, content: Mapping[str, Node]
) -> Iterator[tuple[str, Any]]:
    """Yield valid bodies with their media types: written ones first, JSON before others."""
    found = [(name, value) for name, it in content.items() for value in _examples(contract, it)]
    found += [
        (name, value)
        for name in sorted(content, key=lambda name: "json" not in name)
        for value in samples(contract, content[name].get("schema", {}))
    ]
    for name, value in found:
        where = f"{pointer}/content/{escape(name)}/schema"
        is_free = "schema" not in content[name] or "json" not in name
        if is_free or contract.allows(where, value):
            yield name.replace("*/*", "application/json").replace("/*", "/json"), value


def _without_body(status: int, headers: Mapping[str, str]) -> Example:
    answer = Example(_NOTHING, status, headers)
    del answer.headers["content-type"]
    if status in {204, 304}:
        del answer.headers["content-length"]
    return answer


def required_headers(contract: Contract, response: Node) -> dict[str, str]:
    """Return values of the headers that a response must have; the server replaces its own."""
    required = {
        name: written
        for name, written in response.get("headers", {}).items()
        if contract.dereference(written).get("required") and name not in _OWN
    }
    return dict(_headers(contract, {"headers": required}))


def _headers(contract: Contract, response: Node) -> Iterator[tuple[str, str]]:
    for name, written in response.get("headers", {}).items():
        header = contract.dereference(written)
        made = samples(contract, header.get("schema", {})) if header.get("required") else ()
        for value in chain(_examples(contract, header), made):
            yield name, str(value).lower() if isinstance(value, bool) else str(value)
            break


def _examples(contract: Contract, described: Node) -> Iterator[Any]:
    """Yield the examples of a media type or a header, then those of its schema."""
    if "example" in described:
        yield described["example"]
    for written in described.get("examples", {}).values():
        if "value" in (found := contract.dereference(written)):
            yield found["value"]
    for part in contract.parts(described.get("schema")):
        yield from part.get("examples", [])
        yield from (part[key] for key in ("example", "const", "default") if key in part)
