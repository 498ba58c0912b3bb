"""Exceptions as text for logs and rows: what happened and where, without the data involved.

Drivers and libraries quote values in their messages: a failing row, the parameters of a statement,
the input of a model, the address of a mail. So only the type of such an exception is written, with
facts that contain no value, such as the name of a constraint. Messages of the application's own
exceptions are written; they must not contain such values.
"""

import sys
import traceback
from collections.abc import Iterator
from types import TracebackType

from psycopg import OperationalError
from pydantic_core import ValidationError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

# Packages whose messages may quote data.
_QUOTING = frozenset(
    (
        *("aiosqlite", "alembic", "email", "fastapi", "jsonschema_rs", "passlib"),
        *("psycopg", "pydantic", "pydantic_core", "redis", "smtplib", "sqlalchemy", "sqlite3"),
    )
)
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


def code_of(error: BaseException | None) -> str | None:
    """Return a database's code of an error: SQLSTATE, or SQLite's name such as `SQLITE_BUSY`."""
    return getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)


def describe(error: BaseException) -> str:
    """Return an exception in one line: its type, and its message or the facts without data."""
    package, name = _package(type(error)), type(error).__qualname__
    if package not in {"app", "builtins"}:
        name = f"{package}.{name}"
    facts = ", ".join(_facts(error)) if _may_quote(error) else str(error)
    return f"{name}: {facts}" if facts else name


def shown(value: object) -> object:
    """Return a value for a log line: an exception as its description, any other unchanged."""
    return describe(value) if isinstance(value, BaseException) else value


def format_exception(error: BaseException) -> str:
    """Return the traceback of an exception and of its causes, in Python's format."""
    return _format(error, set()).rstrip("\n")


def print_exception(
    _: type[BaseException], error: BaseException, __: TracebackType | None = None
) -> None:
    """Write an exception that ends the process to standard error; used as `sys.excepthook`."""
    sys.stderr.write(f"{format_exception(error)}\n")


def _format(error: BaseException, seen: set[int]) -> str:
    seen.add(id(error))
    before, link = error.__cause__, _CAUSE
    if before is None and not error.__suppress_context__:
        before, link = error.__context__, _CONTEXT
    earlier = "" if before is None or id(before) in seen else _format(before, seen) + link
    frames = "".join(traceback.format_tb(error.__traceback__))
    head = f"Traceback (most recent call last):\n{frames}" if frames else ""
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    inner = "".join(f"\nOne of the group:\n{_format(part, seen)}" for part in parts)
    return f"{earlier}{head}{describe(error)}\n{inner}"


def _package(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _may_quote(error: BaseException) -> bool:
    if isinstance(error, RedisConnectionError | RedisTimeoutError):
        return False  # They contain only the server and the network's error.
    if isinstance(error, OperationalError) and error.sqlstate is None:
        return False  # The server was not reached, so the message quotes no data.
    return any(_package(base) in _QUOTING for base in type(error).__mro__)


def _facts(error: BaseException) -> Iterator[str]:
    """Yield the facts of a library's exception that contain no data."""
    if isinstance(error, ValidationError):
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            # The name of an undeclared field is input.
            known = [] if fault["type"] == "extra_forbidden" else fault["loc"]
            yield f"{'.'.join(map(str, known)) or error.title} {fault['type']}"
        return
    source = getattr(error, "orig", None) or error
    if code := code_of(source) or getattr(error, "smtp_code", None):
        yield str(code)
    diagnosis = getattr(source, "diag", None)
    for fact in ("constraint_name", "table_name", "column_name"):
        if name := getattr(diagnosis, fact, None):
            yield f"{fact.removesuffix('_name')} {name}"
