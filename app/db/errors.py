"""Maps database errors to errors of the service."""

import logging
import re

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

from app.core.error_text import code_of
from app.core.exceptions import Conflict, LostRace, ServiceUnavailable
from app.core.field_codes import FieldCode
from app.core.problem import FieldError, ProblemError
from app.db.base import Base

logger = logging.getLogger(__name__)

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_RACES = {"40001": "serialization failure", "40P01": "deadlock"}
_MISSING = {"42P01": "table", "42703": "column"}
_FOREIGN_KEYS = {"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"}
_WRONG_STATEMENT = "SQLITE_ERROR"  # SQLite's driver has one class for this and for a missing file.
_MISSING_IN_SQLITE = re.compile(r"no such (table|column)|table \w+ has no column")
_UNAVAILABLE = {
    # By statement_timeout, which the deadline of a request may shorten.
    "57014": "A query took too long.",
    # A standby server, or a primary during a failover.
    "25006": "The database is read-only at the moment.",
}
_UNIQUE_RULES = (PrimaryKeyConstraint, UniqueConstraint, Index)


def to_problem(error: Exception) -> ProblemError | None:
    """Convert an error of SQLAlchemy to one that `Database` documents; None if there is none."""
    if isinstance(error, StaleDataError):
        return LostRace()
    if isinstance(error, PoolTimeoutError):
        return ServiceUnavailable("The database does not answer.")
    if isinstance(error, IntegrityError):
        return _conflict(error)
    return _failure(error) if isinstance(error, DBAPIError) else None


def _failure(error: DBAPIError) -> ProblemError | None:
    state = code_of(error.orig)
    if state in _RACES:
        return LostRace()
    if state in _MISSING or _MISSING_IN_SQLITE.match(str(error.orig)):
        reason = str(error.orig).partition("\n")[0]
        logger.error("database schema is out of date: run make migrate", extra={"reason": reason})
        return ServiceUnavailable("The database is not up to date.")
    if state in _UNAVAILABLE:
        return ServiceUnavailable(_UNAVAILABLE[state])
    if isinstance(error, OperationalError | InterfaceError) and state != _WRONG_STATEMENT:
        return ServiceUnavailable("The database does not answer.")
    if error.connection_invalidated:
        return ServiceUnavailable("The connection to the database was lost.")
    return None


def _conflict(error: IntegrityError) -> Conflict | None:
    """Return the conflict that the caller can resolve; a failed check is a bug in the code."""
    if columns := _taken_columns(error):
        names = ", ".join(columns)
        errors = [
            FieldError(
                location="body", pointer=f"/{column}", code=FieldCode.CONFLICT, detail="is taken"
            )
            for column in columns
        ]
        return Conflict(f"Another resource has this {names} already.", errors=errors)
    if code_of(error.orig) in _FOREIGN_KEYS:
        return Conflict("The resource refers to a missing one, or another resource refers to it.")
    return None


def _taken_columns(error: IntegrityError) -> list[str]:
    """Return the columns whose values are taken; none if another constraint failed."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None:
        _, _, columns = str(error.orig).partition("UNIQUE constraint failed: ")
        return re.findall(r"\w+\.(\w+)", columns)
    rules = (r for t in Base.metadata.tables.values() for r in (*t.constraints, *t.indexes))
    for rule in rules:
        if isinstance(rule, _UNIQUE_RULES) and rule.name == diagnosis.constraint_name:
            return [column.name for column in rule.columns]
    return []
