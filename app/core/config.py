"""Settings: the only place that reads the environment and `.env`."""

from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import (
    Field,
    IPvAnyNetwork,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from app.core.account_settings import AccountSettings

DEVELOPMENT_SECRET = (
    "development-secret-that-production-refuses"  # noqa: S105 - refused by production
)


class Settings(AccountSettings, BaseSettings):
    """Everything that differs between two deployments.

    Raises:
        ValidationError: A value is malformed, or production was asked for with a value that is only
            safe in development; the message names the setting and the fix.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    environment: Literal["development", "test", "production"] = Field(
        "development", description="Where the service runs; production refuses unsafe settings."
    )
    secret_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_SECRET),
        min_length=32,
        description="Key that signs tokens and page cursors; 32 characters or more.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8000",
        pattern=r"^https?://[^/]+$",
        description="Address under which clients reach the service, without a path.",
    )
    docs_url: str | None = Field(
        None,
        pattern=r"^https?://.*[^/]$",
        description="Address of the published documentation; empty: errors are explained here.",
    )
    cors_origins: list[str] = Field(
        [], description="Origins whose pages may call the API, as a JSON array."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe log line to write."
    )
    max_body_bytes: PositiveInt = Field(1_048_576, description="Largest request body, in bytes.")

    database_url: SecretStr = Field(
        SecretStr("sqlite+aiosqlite:///data/app.db"),
        description="SQLAlchemy URL: sqlite+aiosqlite:///file or postgresql+psycopg://user@host/name.",
    )

    redis_url: SecretStr | None = Field(
        None, description="redis://host:6379/0 for limits and cache; empty: in this process."
    )
    redis_prefix: str = Field("app:", description="Start of every key in Redis.")
    processes: PositiveInt = Field(
        1,
        description="API processes; without Redis they share the rate limits and cache nothing.",
    )
    rate_limit_per_second: PositiveInt = Field(
        50, description="Requests per caller and second, where the contract names no limit."
    )
    rate_limit_per_minute: PositiveInt = Field(
        1000, description="Requests per caller and minute, where the contract names no limit."
    )
    rate_limit_scale: PositiveFloat = Field(
        1.0, description="Multiplies every rate limit; raise it for load tests."
    )
    trusted_proxies: list[IPvAnyNetwork] = Field(
        [], description="Networks whose X-Forwarded-For is believed, as a JSON array."
    )
    cache_seconds: PositiveInt = Field(30, description="Longest life of a cached read.")
    cache_absent_seconds: PositiveInt = Field(
        5, description="Longest life of the knowledge that something does not exist."
    )
    metrics_host: str = Field("127.0.0.1", description="Address that /metrics listens on.")
    metrics_port: PositiveInt | None = Field(
        None, description="Port of /metrics for Prometheus; empty: no metrics are served."
    )

    database_pool_size: PositiveInt = Field(5, description="Connections to keep open.")
    database_max_overflow: NonNegativeInt = Field(
        10, description="Further connections to open under load."
    )
    database_pool_timeout_seconds: PositiveFloat = Field(
        2, description="Longest wait for a free connection before answering 503."
    )
    database_pool_recycle_seconds: PositiveInt = Field(
        1800, description="Age after which a connection is replaced."
    )
    database_connect_timeout_seconds: PositiveInt = Field(
        2, description="Longest wait for a new connection."
    )
    database_statement_timeout_seconds: PositiveInt = Field(
        5, description="Longest time a statement may take on PostgreSQL."
    )
    database_lock_timeout_seconds: PositiveInt = Field(
        2, description="Longest wait for a lock; on SQLite for the writer before."
    )
    database_pooler: Literal["none", "transaction"] = Field(
        "none", description="transaction behind PgBouncer in transaction mode."
    )
    idempotency_lease_seconds: PositiveInt = Field(
        60, description="Time after which a request that died with its process may be repeated."
    )
    idempotency_key_seconds: PositiveInt = Field(
        86_400, description="Time that an Idempotency-Key is remembered."
    )

    unimplemented: Literal["problem", "mock"] = Field(
        "problem",
        description="What an operation without code answers: problem (501) or mock (an example).",
    )

    @cached_property
    def in_production(self) -> bool:
        """Whether unsafe shortcuts are forbidden."""
        return self.environment == "production"

    @cached_property
    def sqlite_file(self) -> Path | None:
        """File of the embedded database; None when a server is used."""
        url = make_url(self.database_url.get_secret_value())
        if url.get_backend_name() != "sqlite" or not url.database:
            return None
        return Path(url.database)

    @cached_property
    def keys_file(self) -> Path:
        """File of the private keys; in development it is made at the first start."""
        folder = Path("data") if self.sqlite_file is None else self.sqlite_file.parent
        return self.signing_keys_file or folder / "signing-keys.json"

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
        if not self.in_production:
            return self
        faults = []
        if self.secret_key.get_secret_value() == DEVELOPMENT_SECRET:
            faults.append("SECRET_KEY is the development default; set a random one")
        if self.database_url.get_secret_value().startswith("sqlite"):
            faults.append("DATABASE_URL is SQLite; set a postgresql+psycopg:// URL")
        if "*" in self.cors_origins:
            faults.append("CORS_ORIGINS holds *; list the origins")
        faults.extend(self.account_faults())
        if self.unimplemented == "mock":
            faults.append("UNIMPLEMENTED is mock; set problem")
        if faults:
            message = "production refuses to start: " + "; ".join(faults)
            raise ValueError(message)
        return self
