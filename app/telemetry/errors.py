"""Reports errors to Sentry, if the settings name a project of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.core.config import Settings
from app.core.logging import JsonFormatter
from app.telemetry.export import missing_packages

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

_FLUSH_SECONDS = 2.0
_FORMATTER = JsonFormatter()


@contextmanager
def reporting_errors(settings: Settings) -> Iterator[None]:
    """Report what is logged as an error until the block ends; the messages of libraries stay here.

    Raises:
        WrongSettings: A project is set, but the package is not installed.
    """
    if settings.sentry_dsn is None:
        yield
        return
    try:
        import sentry_sdk  # noqa: PLC0415 - optional packages
        from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415
    except ImportError as error:
        raise missing_packages("SENTRY_DSN", error) from error
    sentry_sdk.init(
        settings.sentry_dsn.get_secret_value(),
        environment=settings.environment,
        # Other integrations would report requests and rows.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[LoggingIntegration(level=None)],
        include_local_variables=False,
        before_send=_without_data,
    )
    try:
        yield
    finally:
        sentry_sdk.get_client().close(timeout=_FLUSH_SECONDS)


def _without_data(event: "Event", hint: "Hint") -> "Event | None":
    """Replace all texts by those of the log line, as messages of drivers quote rows."""
    record = hint.get("log_record")
    if record is None:
        return None
    line = json.loads(_FORMATTER.format(record))
    event["logentry"] = {"message": line["message"]}
    event["extra"] = line
    for shown in event.get("exception", {}).get("values", ()):
        shown["value"] = ""
    return event
