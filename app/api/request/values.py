"""Reads JSON, and what other bodies mean as JSON."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pydantic_core import from_json

from app.api.request.contract import Contract
from app.api.request.texts import Texts
from app.api.request.xml import read_xml
from app.core.exceptions import MalformedBody
from app.schemas.operation import BodyKind

MAX_NAME = 100

UNREAD = object()
"""What a body means whose format the server does not read."""


def _members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    (name, _), *_ = Counter(name for name, _ in pairs).most_common(1)
    raise ValueError(f"an object has the member {name[:MAX_NAME]!r} twice")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_refuse)


def read_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return a body as I-JSON has it (RFC 7493): UTF-8, no NaN, no name twice, no lone surrogate.

    Raises:
        MalformedBody: It is not.
    """
    try:
        value = _DECODER.decode(body.decode())
        if b"\\u" in body:
            from_json(body)  # refuses what the other takes: halves of surrogate pairs
    except RecursionError as error:
        raise MalformedBody("The body is not valid JSON: it is nested too deeply.") from error
    except ValueError as error:
        raise MalformedBody(f"The body is not valid JSON: {error}.") from error
    return value


def meaning_of(
    contract: Contract, kind: BodyKind, pointer: str, schema: object
) -> Callable[[bytes], object] | None:
    """Return what reads a body as the JSON that its schema describes; None if it describes none.

    The service gets the body as it was sent.
    """
    parts, kinds = [*contract.parts(schema)], contract.kinds(schema)
    is_file = any(part.get("format") == "binary" or "contentMediaType" in part for part in parts)
    if kind not in {"bytes", "text"} or is_file or (kind == "text" and "string" in kinds):
        return None
    has_parts = bool(kinds & {"object", "array"} or contract.properties(schema))
    if "xml" in pointer.rpartition("/")[2] and (has_parts or kind == "bytes"):
        return partial(read_xml, contract, schema)
    if any(part.get("format") == "byte" for part in parts):
        return lambda body: body.decode("latin-1")
    if has_parts:
        return _read_if_json
    texts = Texts(contract, schema)
    return (lambda body: texts.scalar(body.decode())) if kind == "text" else None


def _read_if_json(body: bytes) -> object:
    """Return a body as JSON; `UNREAD` if it is in a format that the server does not read."""
    try:
        return read_json(body)
    except MalformedBody:
        return UNREAD
