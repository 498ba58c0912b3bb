"""Responses that the contract gives, for operations without code and for mocked ones."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from random import Random
from typing import Any

from fastapi import Response

from app.api.request.contract import Contract, Node, escape
from app.api.request.handshake import SWITCHED
from app.api.request.preferences import Preferences, word
from app.api.request.random_sample import random_samples
from app.api.request.sample import samples
from app.api.request.xml import write_xml
from app.core.config import Settings, WrongSettings
from app.core.exceptions import OperationNotImplemented, PreferenceRefused
from app.schemas.operation import Operation

# What the server always sends itself.
_OWN = {"WWW-Authenticate", "Retry-After", "RateLimit", "RateLimit-Policy"}
_RANGES = {"*/*": "application/json", "application/*": "application/json", "text/*": "text/plain"}
_ALTERNATIVES = 5
_BODILESS = {204, 205, 304}
Body = tuple[str, Any]


class Mock:
    """The response of one operation with one status.

    Args:
        contract: The contract as responses mean it.
        operation: The operation.
        status: A status that the contract declares for it.
        accept: The `Accept` header; the contract's own order decides if it names no declared type.
    """

    def __init__(self, contract: Contract, operation: Operation, status: int, accept: str) -> None:
        self._contract = contract
        self._pointer, self._declared = contract.resolve(
            f"/paths/{escape(operation.path)}/{operation.method.lower()}"
            f"/responses/{operation.response_key(status)}"
        )
        content: Mapping[str, Node] = self._declared.get("content", {})
        self._content = content if status not in _BODILESS else {}
        self._media_types = _preferred(self._content, accept)

    def headers(self) -> dict[str, str]:
        """Return the headers that have an example or have to be there."""
        return dict(_headers(self._contract, self._declared))

    def is_bodiless(self) -> bool:
        """Tell whether the contract has no body for this status."""
        return not self._content

    def named(self, name: str) -> Body:
        """Return the example with a name, and its media type.

        Raises:
            PreferenceRefused: The contract has none.
        """
        known: list[str] = []
        for media_type in self._media_types:
            for key, written in self._content[media_type].get("examples", {}).items():
                example = self._contract.dereference(written)
                if key == name and "value" in example:
                    return media_type, self._visible(media_type, example["value"])
                known.append(key)
        there = f"it has {', '.join(dict.fromkeys(known))}" if known else "it has no named examples"
        raise PreferenceRefused(f"The response has no example {name}: {there}.")

    def drawn(self) -> Body | None:
        """Return a random body that the contract allows; None if none was found."""
        generator = Random()  # noqa: S311 - sample data needs no secure randomness
        found = (
            (media_type, value)
            for media_type in self._media_types
            if "schema" in self._content[media_type]
            for value in random_samples(
                self._contract, self._content[media_type]["schema"], generator
            )
        )
        return next((body for body in found if self._allows(*body)), None)

    def fixed(self) -> Body | None:
        """Return an example that the contract allows, or else a value made from the schema."""
        examples = (
            (media_type, self._visible(media_type, value))
            for media_type in self._media_types
            for value in _examples(self._contract, self._content[media_type])
        )
        made = (
            (media_type, value)
            for media_type in self._media_types
            for value in samples(
                self._contract,
                self._content[media_type].get("schema", {}),
                alternatives=_ALTERNATIVES,
            )
        )
        return next((body for body in chain(examples, made) if self._allows(*body)), None)

    def written(self, body: Body) -> Body:
        """Return a body whose value is written as its media type says."""
        media_type, value = body
        if isinstance(value, str) or "xml" not in media_type:
            return body
        schema = self._content[media_type].get("schema", {})
        return media_type, write_xml(self._contract, schema, value)

    def _visible(self, media_type: str, example: object) -> object:
        return _visible(self._contract, self._content[media_type].get("schema"), example)

    def _allows(self, media_type: str, value: object) -> bool:
        is_text = isinstance(value, str | int | float) and not _is_json(media_type)
        if is_text or _is_lines(media_type):
            return True
        if "schema" not in self._content[media_type]:
            return True
        where = f"{self._pointer}/content/{escape(media_type)}/schema"
        return self._contract.allows(where, value)


def mocked_operations(settings: Settings, operations: Iterable[str]) -> frozenset[str]:
    """Return the operations that never call their service.

    Args:
        settings: `MOCK_OPERATIONS` names them.
        operations: The operationIds of the contract.

    Raises:
        WrongSettings: The contract has no such operation.
    """
    known = frozenset(operations)
    if settings.mocks_everything:
        return known
    if unknown := sorted(set(settings.mock_operations) - known):
        raise WrongSettings(
            f"MOCK_OPERATIONS: the contract has no operation {', '.join(unknown)}; "
            "name operationIds of the contract"
        )
    return frozenset(settings.mock_operations)


def mock_response(
    contract: Contract, operation: Operation, *, prefer: str = "", accept: str = ""
) -> Response:
    """Return a response of the contract, as the `Prefer` header wants it.

    Without a preference it is the first success: an example of the contract, or a value made from
    the schema. `Preference-Applied` names the preferences that were honoured (RFC 7240).

    Raises:
        PreferenceRefused: The contract has no such response or example.
        OperationNotImplemented: No body is found that the contract allows; or it is a WebSocket.
    """
    wanted = Preferences.read(prefer)
    if wanted.code is None and SWITCHED in operation.statuses:
        raise OperationNotImplemented(operation.operation_id)
    status = _first_success(operation) if wanted.code is None else wanted.code
    if operation.response_key(status) is None:
        there = ", ".join(map(str, [*sorted(operation.statuses), *sorted(operation.ranges)]))
        raise PreferenceRefused(f"The operation has no response {status}: it has {there}.")
    mock = Mock(contract, operation, status, accept)
    applied = {} if wanted.code is None else {"code": str(wanted.code)}
    body: Body | None = None
    if wanted.example is not None:
        body = mock.named(wanted.example)
        applied["example"] = word(wanted.example)
    elif wanted.dynamic and (body := mock.drawn()) is not None:
        applied["dynamic"] = "true"
    if body is None and not mock.is_bodiless() and (body := mock.fixed()) is None:
        raise OperationNotImplemented(operation.operation_id)
    if wanted.dynamic is False:
        applied["dynamic"] = "false"
    response = _render(status, mock.headers(), mock.written(body) if body else None)
    response.headers.add_vary_header("Prefer")
    if applied:
        listed = ", ".join(f"{name}={value}" for name, value in applied.items())
        response.headers["Preference-Applied"] = listed
    return response


def required_headers(contract: Contract, response: Node) -> dict[str, str]:
    """Return values of the headers that a response must have; the server replaces its own."""
    required = {
        name: written
        for name, written in response.get("headers", {}).items()
        if contract.dereference(written).get("required") and name not in _OWN
    }
    return dict(_headers(contract, {"headers": required}))


def _first_success(operation: Operation) -> int:
    """Return the lowest 2XX, or else the lowest status that is no error, or else the lowest."""
    declared = sorted(status for status in operation.statuses if status >= 200)
    if declared and declared[0] < 300:
        return declared[0]
    if operation.response_key(200) is not None:
        return 200
    ranges = (int(key[0]) * 100 for key in sorted(operation.ranges) if key[0] in "345")
    return next(chain(declared, ranges), 200)


def _preferred(content: Mapping[str, Node], accept: str) -> Sequence[str]:
    """Return the media types: those that the client accepts first, JSON before others."""
    accepted = {part.partition(";")[0].strip().lower() for part in accept.split(",")}

    def rank(name: str) -> tuple[bool, bool]:
        bare = name.partition(";")[0].strip().lower()
        named = bare in accepted or f"{bare.partition('/')[0]}/*" in accepted
        return not named, not _is_json(name)

    return sorted(content, key=rank)


def _render(status: int, headers: Mapping[str, str], body: Body | None) -> Response:
    if body is None:
        response = Response(None, status, headers)
        if status in _BODILESS and "content-length" in response.headers:
            del response.headers["content-length"]
        return response
    media_type, value = body
    content = _written(media_type, value)
    media_type = _RANGES.get(media_type, media_type.replace("/*", "/octet-stream"))
    return Response(content, status, headers, media_type)


def _written(media_type: str, value: object) -> str:
    """Return a body as text; events and lines hold their values as JSON."""
    if isinstance(value, str) and not _is_json(media_type):
        return value
    text = json.dumps(value, ensure_ascii=False)
    if not _is_lines(media_type):
        return text
    return f"data: {text}\n\n" if "event-stream" in media_type else f"{text}\n"


def _is_lines(media_type: str) -> bool:
    return any(name in media_type for name in ("event-stream", "jsonl", "ndjson"))


def _is_json(media_type: str) -> bool:
    bare = media_type.partition(";")[0].strip()
    return bare.endswith("json") or bare in {"*/*", "application/*"}


def _headers(contract: Contract, response: Node) -> Iterator[tuple[str, str]]:
    for name, written in response.get("headers", {}).items():
        if name.lower() == "content-type":
            continue
        header = contract.dereference(written)
        made = samples(contract, header.get("schema", {})) if header.get("required") else ()
        for value in chain(_examples(contract, header), made):
            yield name, _header_text(value)
            break


def _header_text(value: object) -> str:
    """Return a value in the style of headers, `simple`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(_header_text, value))
    if isinstance(value, dict):
        return ",".join(f"{name},{_header_text(part)}" for name, part in value.items())
    return str(value)


def _visible(contract: Contract, schema: object, value: object) -> object:
    """Return an example without the members that only requests have."""
    if isinstance(value, list):
        return [_visible(contract, contract.items(schema), item) for item in value]
    if not isinstance(value, dict):
        return value
    known = contract.properties(schema)
    return {
        name: _visible(contract, known.get(name), member)
        for name, member in value.items()
        if not any(part.get("writeOnly") is True for part in contract.parts(known.get(name)))
    }


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
