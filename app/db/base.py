"""What all tables share."""

from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, declared_attr, mapped_column
from uuid_utils.compat import uuid7


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC on every database; refuses naive values instead of guessing their zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a naive datetime has no place in the database; pass an aware one"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware moment in UTC; SQLite stores it without its offset."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
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


class Entity(Base, kw_only=True):
    """A row that clients see: a UUIDv7 key, two moments and a version against lost updates."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(
        primary_key=True, insert_default=uuid7, init=False, sort_order=-1
    )
    created_at: Mapped[datetime] = mapped_column(insert_default=utc_now, init=False, sort_order=1)
    updated_at: Mapped[datetime] = mapped_column(
        insert_default=utc_now, onupdate=utc_now, init=False, sort_order=1
    )
    version: Mapped[int] = mapped_column(init=False, sort_order=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:  # noqa: N805 - SQLAlchemy calls it on the class
        """Let SQLAlchemy count up `version` and refuse a write to a row that has moved on."""
        return {"version_id_col": cls.version}
