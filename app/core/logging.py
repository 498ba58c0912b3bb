"""JSON logs: one object per line, with the ids of the request, trace and task."""

import logging
import sys
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from types import TracebackType
from typing import TypeAlias

from pydantic_core import to_json

from app.core.context import request_id, task_id, trace_id
from app.core.error_text import describe, format_exception, shown

_ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)
# The fields of every record come first, those of `extra` and of libraries follow.
_RECORD_FIELDS = len(vars(logging.makeLogRecord({})))
_OTHER_FIELDS = {"message", "color_message"}


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON; the values of `extra` become members."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for `record`, without a line break at its end."""
        line: dict[str, object] = {
            "time": f"{_second(int(record.created))}.{int(record.msecs):03}+00:00",
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        if identifier := request_id.get():
            line["request_id"] = identifier
        if trace := trace_id():
            line["trace_id"] = trace
        if task := task_id.get():
            line["task_id"] = task
        own = islice(vars(record).items(), _RECORD_FIELDS, None)
        line |= {name: value for name, value in own if name not in _OTHER_FIELDS}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        # Bytes as digits, because not all of them are a text.
        return to_json(line, fallback=_shown_as_text, bytes_mode="hex").decode()

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name of logging
        """Return the traceback without the data that messages of libraries contain."""
        return "" if ei[1] is None else format_exception(ei[1])


@lru_cache(maxsize=1)
def _second(moment: int) -> str:
    """Return a second in UTC: several lines have the same, and it costs as much as the rest."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%S}"


def _shown_as_text(value: object) -> str:
    return str(shown(value))


def _message(record: logging.LogRecord) -> str:
    values = tuple(map(shown, record.args)) if isinstance(record.args, tuple) else record.args
    text = describe(record.msg) if isinstance(record.msg, BaseException) else str(record.msg)
    return text % values if values else text


def _keep_first_line(record: logging.LogRecord) -> bool:
    """Remove the repr of a failed task, which quotes its exception; the traceback has it."""
    record.msg = str(record.msg).partition("\n")[0]
    return True


def _is_no_request(record: logging.LogRecord) -> bool:
    """Tell whether a line of the server contains no query and no headers of a WebSocket."""
    return record.levelno > logging.DEBUG and '"WebSocket %s"' not in str(record.msg)


def configure_logging(level: str) -> None:
    """Send every log line of the process to standard output as JSON.

    This includes Uvicorn's lines, except those about requests: the request middleware writes its
    own, without the query.
    """
    # Do not compute for each record what no line contains (Logging HOWTO, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - as that page says
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    logging.getLogger("uvicorn.error").addFilter(_is_no_request)
    logging.getLogger("asyncio").addFilter(_keep_first_line)
    # Investigations need security events at every log level.
    logging.getLogger("app.core.audit").setLevel(logging.INFO)
    # At DEBUG it writes the parameters of every statement, password hashes among them.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)
