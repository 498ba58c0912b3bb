"""Pages of a list: the scope of a cursor, and the link to the next page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from app.core.crypto.cursors import Cursors
from app.schemas.operation import Operation

Filter = str | bool | int | date | UUID | Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """A list with its reader, filters and order, which all its pages share.

    Attributes:
        filters: Every query parameter of the operation but those that choose the page → its value.
        parents: The parameters of the operation's path → their values.

    Raises:
        ValueError: A filter is missing, and would end with the first page, or is unknown.
    """

    operation: Operation
    reader: UUID
    filters: Mapping[str, Filter]
    parents: Mapping[str, UUID] = field(default_factory=dict[str, UUID])

    def __post_init__(self) -> None:
        page = {self._names["cursor"], self._names["limit"]}
        if wrong := self.filters.keys() ^ set(self.operation.query) - page:
            names = ", ".join(sorted(wrong))
            raise ValueError(
                f"{self.operation.operation_id}: filters and contract differ in {names}"
            )

    @property
    def scope(self) -> str:
        """Return a text that differs for another list, reader, other filters or another order."""
        return f"{self.reader} {self._path}?{urlencode(self._pairs())}"

    def start(self, cursors: Cursors, cursor: str | None) -> list[str] | None:
        """Return the position in a cursor; None for the first page.

        Raises:
            InvalidCursor: The cursor is not one that this server gave out for this list.
        """
        return None if cursor is None else cursors.decode(cursor, self.scope)

    def next_page(
        self, cursors: Cursors, position: Sequence[str] | None, limit: int
    ) -> tuple[str | None, str | None]:
        """Return the cursor of the next page and its Link header (RFC 8288); on the last page None.

        The path of the link is relative to the version of the API, which the API layer puts in
        front.
        """
        if position is None:
            return None, None
        cursor = cursors.encode(position, self.scope)
        pairs = [
            *self._pairs(),
            (self._names["limit"], str(limit)),
            (self._names["cursor"], cursor),
        ]
        return cursor, f'<{self._path}?{urlencode(pairs)}>; rel="next"'

    @property
    def _names(self) -> Mapping[str, str]:
        """Return the names of the parameters that select a page."""
        return cast("Mapping[str, str]", self.operation.extensions["x-pagination"])

    @property
    def _path(self) -> str:
        return self.operation.path.format_map(self.parents)

    def _pairs(self) -> list[tuple[str, str]]:
        pairs = []
        for name, value in self.filters.items():
            if isinstance(value, Sequence) and not isinstance(value, str):
                pairs += [(name, one) for one in value]
            elif value is not None:
                pairs.append((name, _to_text(value)))
        return pairs


def _to_text(value: str | bool | int | date | UUID) -> str:  # noqa: FBT001 - a value of a filter
    """Return a value as a query contains it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)
