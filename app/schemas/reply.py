"""Base class of the generated replies."""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from pydantic import BaseModel


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
        header_names: Field name → header name, for the headers that a service supplies.
        body: A model, the pieces of a stream, or nothing.
        media_type: What the body is.
    """

    status: ClassVar[int]
    constant_headers: ClassVar[Mapping[str, str]] = {}
    header_names: ClassVar[Mapping[str, str]] = {}

    body: BaseModel | AsyncIterable[bytes] | None
    media_type: str = "application/json"

    def headers(self) -> dict[str, str]:
        """Return the headers that the reply supplies, by the names of the contract."""
        values = {header: getattr(self, field) for field, header in self.header_names.items()}
        supplied = {header: str(value) for header, value in values.items() if value is not None}
        return {**self.constant_headers, **supplied}


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
