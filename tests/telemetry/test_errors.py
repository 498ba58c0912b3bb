"""What Sentry gets of an error."""

import logging
import sys
from uuid import uuid4

import pytest
from sqlalchemy.exc import SQLAlchemyError

from app.core.config import WrongSettings
from app.telemetry.errors import reporting_errors
from tests.apps import make_settings
from tests.collector import collecting


def fail(reason: str) -> None:
    """Fail as a driver does."""
    raise SQLAlchemyError(reason)


def test_an_error_is_reported_with_its_place_and_without_data() -> None:
    secret = f"secret-{uuid4().hex}"
    with collecting() as collector:
        dsn = collector.url.replace("http://", "http://key@") + "/1"
        with reporting_errors(make_settings(sentry_dsn=dsn)):
            try:
                fail(secret)
            except SQLAlchemyError:
                logging.getLogger("app").exception("it failed", extra={"code": "internal-error"})
            logging.getLogger("app").warning("a warning about %s", secret)

    [(path, _)] = collector.bodies
    assert path == "/api/1/envelope/"
    assert "it failed" in collector.text
    assert "internal-error" in collector.text
    assert "in fail\\n" in collector.text
    assert secret not in collector.text


def test_without_the_package_the_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    settings = make_settings(sentry_dsn="https://key@sentry.example.com/1")

    with (
        pytest.raises(WrongSettings, match=r"SENTRY_DSN: .*not installed"),
        reporting_errors(settings),
    ):
        pass
