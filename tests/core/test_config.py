"""Settings: what they accept, and how `.env.example` describes them."""

from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from app.core.config import DEVELOPMENT_SECRET, Settings
from tests.apps import make_settings
from tests.conftest import ROOT

EXAMPLE = ROOT / ".env.example"
SAFE: dict[str, Any] = {
    "environment": "production",
    "secret_key": SecretStr("a-random-key-of-more-than-32-characters"),
    "database_url": SecretStr("postgresql+psycopg://app@db.example.com/app"),
    "signing_keys_file": Path("/run/secrets/signing_keys"),
    "smtp_host": "mail.example.com",
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("unsafe", "fault"),
    [
        ({"secret_key": SecretStr(DEVELOPMENT_SECRET)}, "SECRET_KEY is the development default"),
        ({"database_url": SecretStr("sqlite+aiosqlite:///a.db")}, "DATABASE_URL is SQLite"),
        ({"database_url": SecretStr("sqlite+aiosqlite://")}, "DATABASE_URL is SQLite"),
        ({"cors_origins": ["https://a.example.com", "*"]}, r"CORS_ORIGINS holds \*"),
        ({"bcrypt_rounds": 9}, "BCRYPT_ROUNDS is below 10"),
        ({"signing_keys_file": None}, "SIGNING_KEYS_FILE is empty"),
        ({"smtp_host": None}, "SMTP_HOST is empty"),
        ({"unimplemented": "mock"}, "UNIMPLEMENTED is mock"),
    ],
)
def test_production_refuses_an_unsafe_setting_by_name(unsafe: dict[str, Any], fault: str) -> None:
    Settings(_env_file=None, **unsafe | {"environment": "development"})

    with pytest.raises(ValidationError, match=f"production refuses to start: {fault}"):
        Settings(_env_file=None, **SAFE | unsafe)


def test_production_names_every_unsafe_setting_at_once() -> None:
    with pytest.raises(ValidationError, match=r"SECRET_KEY.*; DATABASE_URL.*; UNIMPLEMENTED"):
        Settings(_env_file=None, environment="production", unimplemented="mock")


def test_production_starts_with_safe_settings() -> None:
    assert Settings(_env_file=None, **SAFE).in_production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("ENVIRONMENT", "staging"),
        ("PUBLIC_URL", "https://example.com/path"),
        ("LOG_LEVEL", "LOUD"),
        ("MAX_BODY_BYTES", "0"),
        ("BCRYPT_ROUNDS", "3"),
        ("CORS_ORIGINS", "https://example.com"),
    ],
)
def test_a_malformed_setting_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ValueError, match=name.lower()):
        Settings(_env_file=None)


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("LOG_LEVEL=ERROR\nPUBLIC_URL=https://file.example.com\nOTHER=1\n")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")

    settings = Settings(_env_file=file)

    assert settings.log_level == "DEBUG"
    assert settings.public_url == "https://file.example.com"


@pytest.mark.parametrize("name", ["ADMIN_PASSWORD", "REDIS_URL", "LOG_LEVEL", "CORS_ORIGINS"])
def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    given = Settings(_env_file=None)

    monkeypatch.delenv(name)
    assert given == Settings(_env_file=None)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        make_settings().log_level = "DEBUG"  # type: ignore[misc]


def test_secrets_are_not_printed() -> None:
    assert "a-random-key" not in repr(Settings(_env_file=None, **SAFE))
    assert "db.example.com" not in repr(Settings(_env_file=None, **SAFE))


def test_the_example_file_lists_every_setting_with_its_description() -> None:
    described = [
        f"# {field.description}\n{name.upper()}=" for name, field in Settings.model_fields.items()
    ]

    text = EXAMPLE.read_text(encoding="utf-8")

    assert [entry for entry in described if entry not in text] == []
    # Its order is for people: what belongs together stands together.
    assert sorted(dotenv_values(EXAMPLE)) == sorted(name.upper() for name in Settings.model_fields)


def test_a_copy_of_the_example_file_gives_the_defaults() -> None:
    assert Settings(_env_file=EXAMPLE) == Settings(_env_file=None)
