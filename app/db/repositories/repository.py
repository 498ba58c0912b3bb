"""The base class of repositories."""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Select, Table, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.sql.selectable import ReturnsRows

from app.core.exceptions import Conflict, NotFound
from app.core.field_codes import FieldCode
from app.core.problem import FieldError
from app.db.base import Base, Entity
from app.db.keyset import SortKey, after, position_of

Row = TypeVar("Row", bound=Entity)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in order, and the position at which the next page starts; None on the last page."""

    rows: Sequence[Row]
    next_position: list[str] | None


class Queries:
    """Reads and writes rows inside a unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @property
    def _connection(self) -> AsyncConnection:
        """Return the connection of the unit of work, for statements that map no rows."""
        return cast("AsyncConnection", self._session.bind)


class Repository(Queries, Generic[Row]):
    """Reads and writes the rows of one table inside a unit of work.

    Access control is the starting query: a method that serves a caller takes a `visible` statement
    that holds only the rows that the caller may see.

    What a page, `find` or `add` returns cannot be changed: a tuple with a field for each column,
    which costs a third of a mapped object.
    """

    model: ClassVar[type[Entity]]
    noun: ClassVar[str]
    """What clients call a row, for the error that says that there is none."""
    asked: ClassVar[Sequence[ColumnElement[Any]]] = ()
    """Columns beside those of the table, which the rows that `add` returns have too."""

    async def get(self, visible: Select[Row], row_id: UUID) -> Row | None:
        """Return the visible row with this id, or None."""
        return await self._session.scalar(visible.where(self.model.id == row_id))

    async def require(self, visible: Select[Row], row_id: UUID) -> Row:
        """Return the row with this id.

        Raises:
            NotFound: The caller sees no such row.
        """
        row = await self.get(visible, row_id)
        if row is None:
            raise NotFound(f"There is no {self.noun} with this id.")
        return row

    async def require_referenced(
        self, visible: Select[Row], name: str, row_id: UUID | None
    ) -> None:
        """Check that a field of a request refers to a row that the caller sees, or to none.

        Raises:
            Conflict: The caller sees no such row; `errors` names the field.
        """
        if row_id is None or await self.get(visible, row_id) is not None:
            return
        said = f"There is no {self.noun} with this id."
        error = FieldError(
            location="body", pointer=f"/{name}", code=FieldCode.CONFLICT, detail=said
        )
        raise Conflict(said, errors=[error])

    async def count(self, visible: Select[Row]) -> int:
        """Return the number of rows; lists do not use it, because it costs as much as a scan."""
        statement = select(func.count()).select_from(visible.order_by(None).subquery())
        return await self._session.scalar(statement) or 0

    async def list_page(
        self,
        visible: Select[Row],
        *,
        sort: Sequence[SortKey],
        start: Sequence[str] | None,
        limit: int,
    ) -> Page[Row]:
        """Return at most `limit` rows that follow a position; ties are broken by the id.

        Without sort keys the newest come first, because ids sort by time. If an index has the sort
        keys, every page costs the same.

        Raises:
            InvalidCursor: `start` is a position with other sort keys.
        """
        descending = sort[-1].descending if sort else True
        keys = [*sort, SortKey(self.model.id, descending=descending)]
        if start is not None:
            visible = visible.where(after(keys, start))
        order = [key.column.desc() if key.descending else key.column.asc() for key in keys]
        rows = await self._rows(visible.order_by(*order).limit(limit + 1))
        if len(rows) <= limit:
            return Page(rows, None)
        return Page(rows[:limit], position_of(keys, rows[limit - 1]))

    async def add(self, row: Row) -> Row:
        """Insert a row and return it with its key, timestamps and version."""
        columns = self.model.__table__.columns
        values = {name: value for name, value in vars(row).items() if name in columns}
        return (await self._rows(_insert(self.model, *self.asked), values))[0]

    async def delete(self, row: Row) -> None:
        """Delete a row of this unit of work."""
        await self._session.delete(row)
        await self._session.flush()

    async def _rows(
        self, statement: ReturnsRows, values: Mapping[str, object] | None = None
    ) -> list[Row]:
        found = await self._connection.execute(cast("Executable", statement), values)
        return cast("list[Row]", [*map(_maker(tuple(found.keys())), found)])


@cache
def _insert(model: type[Entity], *asked: ColumnElement[Any]) -> ReturnsRows:
    table = cast("Table", model.__table__)
    return insert(table).returning(table, *asked)


@cache
def _maker(columns: tuple[str, ...]) -> Callable[[Iterable[Any]], object]:
    # The names are known at run time only.
    row: Any = namedtuple("Row", columns)  # type: ignore[misc]  # noqa: PYI024
    make: Callable[[Iterable[Any]], object] = row._make
    return make


def insert_into(model: type[Base], dialect: str) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT … ON CONFLICT, which SQLAlchemy spells once for each database."""
    return sqlite.insert(model) if dialect == "sqlite" else postgresql.insert(model)
