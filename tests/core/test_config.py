"""Settings: what they accept, and how `.env.example` describes them."""

from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from app.core.config import DEVELOPMENT_SECRET, Settings, WrongSettings, load_settings
from tests.apps import make_settings
from tests.conftest import ROOT

EXAMPLE = ROOT / ".env.example"
SAFE: dict[str, Any] = {
    "environment": "production",
    "secret_key": SecretStr("a-random-key-of-more-than-32-characters"),
    "database_url": SecretStr("postgresql+psycopg://app@db.example.com/app"),
    "signing_keys_file": Path("/run/secrets/signing_keys"),
    "smtp_host": "mail.example.com",
    "mail_from": "api@shop.example",
    "public_url": "https://api.shop.example",
}
SECRETS = {
    "SECRET_KEY": "hunter2hunter2",
    "SENTRY_DSN": "hunter2hunter2",
    "DATABASE_URL": "postgres://app:hunter2hunter2@db/app",
    "DATABASE_REPLICA_URL": "postgres://app:hunter2hunter2@db/app",
    "REDIS_URL": "http://:hunter2hunter2@redis:x/0",
    "SCAN_WEBHOOK_SECRET": "hunter2hunter2",  # part files
    "ADMIN_PASSWORD": "hunter2hunter2",
    "SMTP_PASSWORD": "hunter2hunter2",
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("unsafe", "fault"),
    [
        ({"secret_key": SecretStr(DEVELOPMENT_SECRET)}, "SECRET_KEY: production refuses the def"),
        ({"database_url": SecretStr("sqlite+aiosqlite:///a.db")}, "DATABASE_URL: production ref"),
        ({"cors_origins": ["https://a.example.com", "*"]}, r"CORS_ORIGINS: production refuses \*"),
        ({"bcrypt_rounds": 9}, "BCRYPT_ROUNDS: production refuses less than 10"),
        ({"signing_keys_file": None}, "SIGNING_KEYS_FILE: production requires it"),
        ({"smtp_host": None}, "SMTP_HOST: production requires it"),
        ({"unimplemented": "mock"}, "UNIMPLEMENTED: production refuses mock"),
        ({"mock_operations": ["getItem"]}, "MOCK_OPERATIONS: production refuses mocks"),
        ({"public_url": "http://127.0.0.1:8000"}, "PUBLIC_URL: production refuses the default"),
        ({"mail_from": "no-reply@example.com"}, "MAIL_FROM: production refuses the default"),
    ],
)
def test_production_refuses_an_unsafe_setting_by_name(unsafe: dict[str, Any], fault: str) -> None:
    Settings(_env_file=None, **unsafe | {"environment": "development"})

    with pytest.raises(ValidationError, match=f"\n  {fault}"):
        Settings(_env_file=None, **SAFE | unsafe)


def test_production_names_every_unsafe_setting_in_a_line_of_its_own() -> None:
    unsafe = {"secret_key": SecretStr(DEVELOPMENT_SECRET), "unimplemented": "mock"}

    with pytest.raises(WrongSettings) as refused:
        load_settings(_env_file=None, **SAFE | unsafe)

    assert [line.partition(": ")[0] for line in str(refused.value).splitlines()] == [
        "SECRET_KEY",
        "UNIMPLEMENTED",
    ]


def test_production_starts_with_safe_settings() -> None:
    assert Settings(_env_file=None, **SAFE).in_production


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("SECRET_KEY", "short", "32 characters or more"),
        ("ENVIRONMENT", "prod", "'development', 'test' or 'production'"),
        ("PUBLIC_URL", "https://example.com/path", "without a path"),
        ("LOG_LEVEL", "debug", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("MAX_BODY_BYTES", "0", "greater than 0"),
        ("BCRYPT_ROUNDS", "3", "greater than or equal to 4"),
        ("METRICS_PORT", "70000", "less than or equal to 65535"),
        ("CORS_ORIGINS", "https://example.com", "JSON array"),
        ("CORS_ORIGINS", '"https://example.com"', "JSON array"),
        ("CORS_ORIGINS", '["https://example.com/"]', "scheme://host or scheme://host:port"),
        ("CORS_ORIGINS", '["https://example.com/app"]', "scheme://host or scheme://host:port"),
        ("CORS_ORIGINS", '["https://Example.com"]', "in lower case"),
        ("CORS_ORIGINS", '["example.com"]', "scheme://host or scheme://host:port"),
        ("TRUSTED_PROXIES", "10.0.0.0/8", "JSON array"),
        ("DATABASE_URL", "postgres://app@db/app", "sqlite+aiosqlite:///file or postgresql+psycopg"),
        ("DATABASE_URL", "postgresql+psycopg://db:x/app", "postgresql+psycopg://user@host/name"),
        ("DATABASE_URL", "nonsense", "sqlite+aiosqlite:///file or postgresql+psycopg"),
        ("DATABASE_URL", "sqlite+aiosqlite://", "sqlite+aiosqlite:///file"),
        ("DATABASE_URL", "sqlite+aiosqlite:///:memory:", "sqlite+aiosqlite:///file"),
        ("DATABASE_REPLICA_URL", "sqlite+aiosqlite:///file", "postgresql+psycopg://"),
        ("DATABASE_REPLICA_URL", "postgresql+psycopg://db/app", "SQLite has no replica"),
        ("REDIS_URL", "127.0.0.1:6379", "redis://host:6379/0"),
        ("REDIS_URL", "redis://host:x", "redis://host:6379/0"),
        ("ADMIN_EMAIL", "nonsense", "email address"),
        ("MAIL_FROM", "Shop <shop@example.com>", "email address"),
    ],
)
def test_a_malformed_setting_is_refused_in_one_line_with_its_name_and_the_fix(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, fix: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(WrongSettings) as refused:
        load_settings(_env_file=None)

    [line] = str(refused.value).splitlines()
    assert line.startswith(name)
    assert fix in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (
            "CORS_ORIGINS",
            '["https://example.com", "http://localhost:3000", "capacitor://localhost"]',
        ),
        ("CORS_ORIGINS", '["*"]'),
        ("TRUSTED_PROXIES", '["10.0.0.0/8", "::1"]'),
        ("DATABASE_URL", "postgresql+psycopg:///app?host=/run/postgresql"),
        ("REDIS_URL", "rediss://:secret@redis.example.com:6380/1"),
        ("ADMIN_EMAIL", "root@localhost"),
    ],
)
def test_a_well_formed_setting_is_taken(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    default = getattr(Settings(_env_file=None), name.lower())
    monkeypatch.setenv(name, value)

    assert getattr(load_settings(_env_file=None), name.lower()) != default


def test_a_secret_is_never_shown_by_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = Settings.model_fields
    assert list(SECRETS) == [n.upper() for n in fields if "SecretStr" in str(fields[n].annotation)]
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None)
    with pytest.raises(WrongSettings) as ended:
        load_settings(_env_file=None)

    assert "hunter2" not in f"{refused.value} {ended.value}"


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_never_shown_by_another_ones_refusal(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    safe: dict[str, Any] = {key: value for key, value in SAFE.items() if key != name.lower()}
    monkeypatch.setenv(name, SECRETS[name])

    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, **safe | {"cors_origins": ["*"]})

    assert "hunter2" not in str(refused.value)


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
    # The order of the file is for people.
    assert sorted(dotenv_values(EXAMPLE)) == sorted(name.upper() for name in Settings.model_fields)


def test_a_copy_of_the_example_file_gives_the_defaults() -> None:
    assert Settings(_env_file=EXAMPLE) == Settings(_env_file=None)


def test_a_secret_may_be_a_file_of_its_own(tmp_path: Path) -> None:
    secret = "a-random-key-of-more-than-32-characters"
    (tmp_path / "secret_key").write_text(f"{secret}\n")

    settings = Settings(_env_file=None, _secrets_dir=tmp_path)

    assert settings.secret_key.get_secret_value() == secret


def test_a_secret_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_bytes(b"\xff")

    with pytest.raises(WrongSettings, match=r'"secret_key".*can\'t decode byte 0xff'):
        load_settings(_env_file=None, _secrets_dir=tmp_path)
