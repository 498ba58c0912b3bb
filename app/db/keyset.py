"""Keyset pagination: a page starts after a row, not after a number of rows.

So every page costs the same, and inserted or deleted rows shift no page. PostgreSQL can use an
index for the row-value form `(a, b) > (x, y)`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.core.exceptions import InvalidCursor
from app.db.base import Entity

_READERS: Mapping[type, Callable[[str], object]] = {
    UUID: UUID,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
    int: int,
    str: str,
}


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column that is never null, and a direction."""

    column: InstrumentedAttribute[Any]
    descending: bool


def position_of(keys: Sequence[SortKey], row: Entity) -> list[str]:
    """Return the names of the sort keys, and their values in a row as text."""
    values = (getattr(row, key.column.key) for key in keys)
    texts = (value.isoformat() if isinstance(value, datetime) else str(value) for value in values)
    return [_name_of(keys), *texts]


def after(keys: Sequence[SortKey], position: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition for the rows that come after a position.

    Raises:
        InvalidCursor: The position has other sort keys; an earlier release may have used them.
    """
    if not position or position[0] != _name_of(keys):
        raise InvalidCursor
    values = [
        _READERS[key.column.type.python_type](text)
        for key, text in zip(keys, position[1:], strict=True)
    ]
    first = keys[0]
    if len({key.descending for key in keys}) == 1:
        row = tuple_(*(key.column for key in keys))
        return row < tuple(values) if first.descending else row > tuple(values)
    # An index supports this bound on the first key, but not the alternatives.
    bound = first.column <= values[0] if first.descending else first.column >= values[0]
    alternatives = (
        and_(
            *(keys[i].column == values[i] for i in range(n)),
            keys[n].column < values[n] if keys[n].descending else keys[n].column > values[n],
        )
        for n in range(len(keys))
    )
    return and_(bound, or_(*alternatives))


def _name_of(keys: Sequence[SortKey]) -> str:
    return " ".join(f"{key.column.key}{'-' if key.descending else '+'}" for key in keys)
