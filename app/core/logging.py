"""JSON logs: one object a line, with request and trace on every line of a request or task."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
task_id: ContextVar[str | None] = ContextVar("task_id", default=None)

_RECORD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "color_message"}


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON; `extra` becomes members of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for `record`, without a line break at its end."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if identifier := request_id.get():
            line["request_id"] = identifier
        if parent := traceparent.get():
            line["trace_id"] = parent.split("-")[1]
        if task := task_id.get():
            line["task_id"] = task
        line |= {name: value for name, value in vars(record).items() if name not in _RECORD_FIELDS}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def configure_logging(level: str) -> None:
    """Send every log line of the process to standard output as JSON.

    Uvicorn's own lines are taken over too; its access log is silenced, as the request middleware
    writes a better one.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name != "uvicorn.access"
    # Whoever investigates needs security events, however quiet the rest is.
    logging.getLogger("app.core.audit").setLevel(logging.INFO)
    # At DEBUG it writes the parameters of every statement, password hashes among them.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)
