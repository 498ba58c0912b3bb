"""Pages of a list: the scope of a cursor, and the link to the next page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from app.schemas.operation import Operation

_PAGE = {"cursor", "limit"}

Filter = str | datetime | Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """A list, its reader, filters and order: what all pages of one walk have in common.

    Attributes:
        filters: Every query parameter of the operation but those that choose the page → its value.

    Raises:
        ValueError: A filter is missing, and would end with the first page, or is unknown.
    """

    operation: Operation
    path: str
    reader: UUID
    filters: Mapping[str, Filter]

    def __post_init__(self) -> None:
        if wrong := self.filters.keys() ^ set(self.operation.query) - _PAGE:
            names = ", ".join(sorted(wrong))
            raise ValueError(
                f"{self.operation.operation_id}: filters and contract differ in {names}"
            )

    @property
    def scope(self) -> str:
        """Return a text that differs for another list, reader, other filters or another order."""
        return f"{self.reader} {self.path}?{urlencode(self._pairs())}"

    def next_link(self, cursor: str, limit: int) -> str:
        """Return the Link header (RFC 8288) of the page that a cursor stands for."""
        pairs = [*self._pairs(), ("limit", str(limit)), ("cursor", cursor)]
        return f'<{self.path}?{urlencode(pairs)}>; rel="next"'

    def _pairs(self) -> list[tuple[str, str]]:
        pairs = []
        for name, value in self.filters.items():
            if isinstance(value, datetime):
                pairs.append((name, value.isoformat()))
            elif isinstance(value, str):
                pairs.append((name, value))
            elif value is not None:
                pairs += [(name, one) for one in value]
        return pairs
