"""Every statement of the run that changes rows with a version."""

import re
from functools import cache

from sqlalchemy import Engine, event
from sqlalchemy.orm import ORMExecuteState, Session

from app.db import models  # noqa: F401 - registers the tables
from app.db.base import Entity

_UPDATE = re.compile(
    r"\bUPDATE\s+\"?(?P<table>\w+)\"?\s+SET\s+(?P<values>.*)"
    r"|\bINSERT\s+INTO\s+\"?(?P<upserted>\w+)\"?.*\bDO\s+UPDATE\s+SET\s+(?P<replaced>.*)",
    re.IGNORECASE | re.DOTALL,
)
_COUNTS = re.compile(r"\bversion\s*=\s*(\(?(\w+\.)?version\s*\+|\?|%\()")

statements: set[str] = set()
unsynchronized: set[str] = set()
"""Classes with a bulk update that leaves loaded rows as they are."""


def install() -> None:
    """Keep what is sent to databases from now on."""
    event.listen(Engine, "before_cursor_execute", _keep_statement)
    event.listen(Session, "do_orm_execute", _keep_unsynchronized)


def versioned_tables() -> dict[str, type[Entity]]:
    """Return the tables whose rows have a version, and their classes."""
    return {model.__tablename__: model for model in Entity.__subclasses__()}


@cache
def table_of(sql: str) -> str | None:
    """Return the versioned table that a statement updates."""
    found = _UPDATE.search(sql)
    table = found and (found["table"] or found["upserted"])
    return table if table in versioned_tables() else None


def leaves_version(sql: str) -> bool:
    """Tell whether a statement changes rows and leaves their version as it is."""
    found = _UPDATE.search(sql)
    if found is None or table_of(sql) is None:
        return False
    return _COUNTS.search(found["values"] or found["replaced"]) is None


def _keep_statement(_: object, __: object, sql: str, *___: object) -> None:
    if table_of(sql) is not None:
        statements.add(sql)


def _keep_unsynchronized(state: ORMExecuteState) -> None:
    mapper = state.bind_mapper
    if not state.is_update or mapper is None or not issubclass(mapper.class_, Entity):
        return
    if state.execution_options.get("synchronize_session", "auto") is False:
        unsynchronized.add(mapper.class_.__name__)
