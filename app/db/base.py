"""What all tables share."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    MetaData,
    Numeric,
    String,
    TypeDecorator,
    literal_column,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, declared_attr, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine
from uuid_utils.compat import uuid7


class UtcDateTime(TypeDecorator[datetime]):
    """A timestamp in UTC on every database; refuses values without a time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert an aware timestamp to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a naive datetime cannot be stored; pass a timezone-aware one"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware timestamp in UTC; SQLite stores it without its offset."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal number with a fixed number of places.

    SQLite would store a float, so there it is an integer: the number of units of the last place.

    Args:
        precision: Number of digits, at most 18.
        scale: How many of them are behind the point.
    """

    impl = Numeric
    cache_ok = True
    python_type = Decimal

    def __init__(self, precision: int, scale: int) -> None:
        super().__init__(precision, scale)
        self.precision = precision
        self.scale = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column."""
        exact = BigInteger() if dialect.name == "sqlite" else self.impl_instance
        return dialect.type_descriptor(exact)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        """Return what the database stores."""
        if value is None or dialect.name != "sqlite":
            return value
        return int(value.scaleb(self.scale))

    def process_result_value(self, value: Decimal | None, dialect: Dialect) -> Decimal | None:
        """Return the number with all its places."""
        if value is None or dialect.name != "sqlite":
            return value
        return Decimal(value).scaleb(-self.scale)


class DatabaseNow(FunctionElement[datetime]):
    """The time of the database's clock plus some seconds: one clock for all processes."""

    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, plus_seconds: float | ColumnElement[float] = 0) -> None:
        super().__init__(plus_seconds)


@compiles(DatabaseNow, "postgresql")
def _postgresql_now(element: DatabaseNow, compiler: SQLCompiler, **options: object) -> str:
    return f"(now() + make_interval(secs => {compiler.process(element.clauses, **options)}))"


@compiles(DatabaseNow, "sqlite")
def _sqlite_now(element: DatabaseNow, compiler: SQLCompiler, **options: object) -> str:
    seconds = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', {seconds} || ' seconds')"


def sortable_text(length: int) -> TypeEngine[str]:
    """Return the type of a text that sorts by code point, whatever the database's locale is."""
    return String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, repr=False):
    """Base of all rows: typed constructors, and a name for every constraint."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UtcDateTime}


class Entity(Base, kw_only=True, repr=False):
    """A row that clients see: a UUIDv7 key, two timestamps and a version against lost updates.

    The version is the row's ETag, so every UPDATE increments it, including bulk updates. Keep
    their `synchronize_session` at its default, so that a loaded row gets its new version.
    """

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(
        primary_key=True, insert_default=uuid7, init=False, sort_order=-1
    )
    created_at: Mapped[datetime] = mapped_column(
        insert_default=DatabaseNow(), init=False, sort_order=1
    )
    updated_at: Mapped[datetime] = mapped_column(
        insert_default=DatabaseNow(), onupdate=DatabaseNow(), init=False, sort_order=1
    )
    # A mapped row sets its own next version; this one is for UPDATE statements.
    version: Mapped[int] = mapped_column(
        insert_default=1, onupdate=literal_column("version + 1"), init=False, sort_order=1
    )

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:  # noqa: N805 - SQLAlchemy calls it on the class
        """Let SQLAlchemy increment `version`, and refuse to write a row with another version."""
        return {"version_id_col": cls.version, "eager_defaults": True}
