"""Base class of the generated replies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import pydantic_core


class Upload(Protocol):
    """A file that came in a multipart form; read it in pieces."""

    filename: str | None
    content_type: str | None

    async def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes, all that is left for -1, and none at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One declared success of an operation: status, headers and body belong together.

    Attributes:
        status: The HTTP status.
        constant_headers: Headers whose value the contract fixes.
        nullable: Whether None is sent as the JSON `null`.
        header_names: Field name → header name, for the headers that a service supplies.
        body: A model or what becomes JSON, text, bytes, the pieces of a stream, or nothing.
        media_type: What the body is.
    """

    status: ClassVar[int]
    constant_headers: ClassVar[Mapping[str, str]] = {}
    header_names: ClassVar[Mapping[str, str]] = {}
    nullable: ClassVar[bool] = False

    body: object
    media_type: str = "application/json"

    def headers(self) -> dict[str, str]:
        """Return the headers that the reply supplies, by the names of the contract."""
        headers = {**self.constant_headers}
        for field, header in self.header_names.items():
            if (value := getattr(self, field)) is not None:
                headers[header] = value if isinstance(value, str) else header_text(value)
        return headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """The answer that an earlier request with the same Idempotency-Key got, as it was sent then.

    Attributes:
        status: The HTTP status.
        headers: The headers that the reply supplied.
        body: The JSON that was sent; None where there was no body.
        contract: Digest of the contract under which the answer was made.
    """

    status: int
    headers: Mapping[str, str]
    body: str | None
    contract: str


def header_text(value: object) -> str:
    """Return a value as a header has it: lists with commas, booleans and moments as in JSON."""
    if isinstance(value, list | tuple):
        return ",".join(map(header_text, value))
    if isinstance(value, dict):
        return ",".join(f"{name},{header_text(it)}" for name, it in value.items())
    return value if isinstance(value, str) else to_json(value).strip('"')


def to_json(body: object) -> str:
    """Return a body as it is sent."""
    return pydantic_core.to_json(body, by_alias=True, inf_nan_mode="null").decode()
