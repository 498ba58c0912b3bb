"""Settings: the only place that reads the environment and `.env`."""

from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from app.core.config.accounts import AccountSettings
from app.core.config.database import DatabaseSettings
from app.core.config.limits import LimitSettings
from app.core.config.service import DEVELOPMENT_SECRET, ServiceSettings
from app.core.config.tasks import TaskSettings

__all__ = ["DEVELOPMENT_SECRET", "Settings"]


class Settings(
    AccountSettings, TaskSettings, LimitSettings, DatabaseSettings, ServiceSettings, BaseSettings
):
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
