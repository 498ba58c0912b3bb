"""The application to fuzz, on backends that no other test touches."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app.core.config import Settings
from tests import backends
from tests.apps import make_settings
from tests.contract import campaign


def pytest_report_header() -> str:
    """Say how to fuzz in the same way again."""
    return f"fuzzing: FUZZ_EXAMPLES={campaign.EXAMPLES} FUZZ_SEED={campaign.SEED}"


@pytest.fixture
def backend() -> str:
    """Name the kind of database: the last one, which is closest to production."""
    return backends.DATABASES[-1]


@pytest.fixture
def fuzzed_settings(backend: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings on a migrated database: embedded with SQLite, full with PostgreSQL and Redis."""
    embedded = backend == "sqlite"
    with backends.migrated(backend, tmp_path) as url:
        settings = make_settings(
            database_url=SecretStr(url),
            redis_url=None if embedded or not backends.HAS_REDIS else SecretStr(backends.REDIS_URL),
            redis_prefix=f"test:{uuid4().hex}:",
            rate_limit_scale=1_000_000,
            bcrypt_rounds=4,
            mail_folder=tmp_path / "mail",
            event_stream_seconds=1,
            log_level="ERROR",
        )
        yield settings
