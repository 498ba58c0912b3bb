"""The contract's own answers, for operations that nobody has written yet."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi.responses import JSONResponse

from app.api.request.contract import Contract, Node, escape
from app.core.exceptions import OperationNotImplemented
from app.schemas.operation import Operation

_NOTHING = object()


class Example(JSONResponse):
    """An answer that the contract itself gives."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - the type that Starlette declares
        """Return the example as its media type writes it: JSON, or the text itself."""
        if content is _NOTHING:
            return b""
        if str(self.media_type).endswith("json"):
            return super().render(content)
        return str(content).encode()


def example(contract: Contract, operation: Operation) -> Example:
    """Return the first example of an operation's first success, with the headers that have one.

    Raises:
        OperationNotImplemented: The success has a body, and no example.
    """
    status = min(operation.statuses, default=200)
    status = status if status < 400 else 200
    key = operation.response_key(status)
    _, response = contract.resolve(
        f"/paths/{escape(operation.path)}/{operation.method.lower()}/responses/{key}"
    )
    headers = dict(_headers(contract, response))
    content: Mapping[str, Node] = response.get("content", {})
    if not content:
        return _without_body(status, headers)
    for media_type, described in content.items():
        for value in _examples(contract, described):
            return Example(value, status, headers, media_type)
    raise OperationNotImplemented(operation.operation_id)


def _without_body(status: int, headers: Mapping[str, str]) -> Example:
    answer = Example(_NOTHING, status, headers)
    del answer.headers["content-type"]
    if status in {204, 304}:
        del answer.headers["content-length"]
    return answer


def _headers(contract: Contract, response: Node) -> Iterator[tuple[str, str]]:
    for name, written in response.get("headers", {}).items():
        for value in _examples(contract, contract.dereference(written)):
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
