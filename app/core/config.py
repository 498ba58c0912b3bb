"""Settings: the only place that reads the environment, `.env` and mounted secrets."""

from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError
from sqlalchemy import make_url

from app.core.settings.accounts import AccountSettings
from app.core.settings.database import DatabaseSettings
from app.core.settings.limits import LimitSettings
from app.core.settings.service import DEVELOPMENT_SECRET, ServiceSettings
from app.core.settings.tasks import TaskSettings

__all__ = ["DEVELOPMENT_SECRET", "Settings", "WrongSettings", "load_settings"]


# Docker and Kubernetes mount secrets here as files; a file has the name of a setting.
_SECRETS = Path("/run/secrets")


class Settings(
    AccountSettings, TaskSettings, LimitSettings, DatabaseSettings, ServiceSettings, BaseSettings
):
    """Everything that differs between two deployments.

    Raises:
        ValidationError: A value is malformed, or unsafe in production; the message names the
            setting and the fix.
    """

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        secrets_dir=_SECRETS if _SECRETS.is_dir() else None,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        # Fields parse their own values, so that an error names the malformed setting.
        enable_decoding=False,
    )

    @cached_property
    def in_production(self) -> bool:
        """Whether unsafe settings are forbidden."""
        return self.environment == "production"

    @cached_property
    def mocks_everything(self) -> bool:
        """Whether no operation calls a service."""
        return "*" in self.mock_operations

    @cached_property
    def sqlite_file(self) -> Path | None:
        """File of the embedded database; None when a server is used."""
        url = make_url(self.database_url.get_secret_value())
        if url.get_backend_name() != "sqlite" or not url.database:
            return None
        return Path(url.database)

    @cached_property
    def keys_file(self) -> Path:
        """File of the private keys; in development the first start creates it."""
        folder = Path("data") if self.sqlite_file is None else self.sqlite_file.parent
        return self.signing_keys_file or folder / "signing-keys.json"

    @model_validator(mode="after")
    def _refuse_replica_of_sqlite(self) -> Self:
        if self.database_replica_url is not None and self.sqlite_file is not None:
            message = "DATABASE_REPLICA_URL: SQLite has no replica; leave it empty"
            raise PydanticCustomError("replica", "{message}", {"message": message})
        return self

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
        if not self.in_production:
            return self
        faults = [
            f"{name.upper()}: production refuses the default; set your own"
            for name in ("secret_key", "public_url", "mail_from")
            if getattr(self, name) == type(self).model_fields[name].default
        ]
        if self.sqlite_file is not None:
            faults.append(
                "DATABASE_URL: production refuses SQLite; set a postgresql+psycopg:// URL"
            )
        if "*" in self.cors_origins:
            faults.append("CORS_ORIGINS: production refuses *; list the origins")
        faults.extend(self.account_faults())
        if self.unimplemented == "mock":
            faults.append("UNIMPLEMENTED: production refuses mock; set problem")
        if self.mock_operations:
            faults.append("MOCK_OPERATIONS: production refuses mocks; leave it empty")
        if faults:
            raise PydanticCustomError("unsafe", "{faults}", {"faults": "\n".join(faults)})
        return self


class WrongSettings(SystemExit):
    """Settings with which no process can start: it prints a line for each and exits with 1."""


def load_settings(**fixed: Any) -> Settings:  # noqa: ANN401 - as the fields have them
    """Return the settings of the environment, of `.env` and of the files in /run/secrets.

    Args:
        fixed: Values of fields that the environment does not override.

    Raises:
        WrongSettings: Some are malformed or unsafe; each line names one, and the fix.
    """
    try:
        return Settings(**fixed)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        lines = [_describe(fault["loc"], fault["msg"]) for fault in faults]
        raise WrongSettings("\n".join(lines)) from None
    except SettingsError as error:
        raise WrongSettings(f"{error}: {error.__cause__}") from None


def _describe(place: tuple[int | str, ...], fault: str) -> str:
    if not place:
        return fault
    name, *entries = map(str, place)
    shown = name.upper() + "".join(f"[{entry}]" for entry in entries)
    return f"{shown}: {fault}. {Settings.model_fields[name].description}"
