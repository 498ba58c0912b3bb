"""Types of settings that neither Python nor Pydantic has."""

import json
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.core.crypto.received_webhooks import read_secret
from app.core.formats import email

_DRIVERS = ("sqlite+aiosqlite", "postgresql+psycopg")
_ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://[^/?#@\sA-Z]+")


def _json_array(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise PydanticCustomError(
            "json", 'Input should be a JSON array, like ["one", "two"]'
        ) from None


def _origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise PydanticCustomError(
            "origin",
            "Input should be scheme://host or scheme://host:port in lower case, nothing more",
        )
    return value


def _database_url(value: SecretStr) -> SecretStr:
    try:
        url = make_url(value.get_secret_value())
    except (ArgumentError, ValueError):
        raise PydanticCustomError("database_url", "Input should be a URL") from None
    if url.drivername not in _DRIVERS:
        raise PydanticCustomError("database_url", f"The driver should be {' or '.join(_DRIVERS)}")
    if url.drivername == _DRIVERS[0] and url.database in {None, "", ":memory:"}:
        raise PydanticCustomError("database_url", "SQLite should have a file")
    return value


def _replica_url(value: SecretStr) -> SecretStr:
    if make_url(_database_url(value).get_secret_value()).drivername != _DRIVERS[1]:
        raise PydanticCustomError("replica_url", f"The driver should be {_DRIVERS[1]}")
    return value


def _redis_url(value: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(value.get_secret_value())
        is_valid = parts.scheme in {"redis", "rediss"} and parts.hostname and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        raise PydanticCustomError("redis_url", "Input should be a redis:// or rediss:// URL")
    return value


# part files
def _webhook_secret(value: SecretStr) -> SecretStr:
    try:
        read_secret(value.get_secret_value())
    except ValueError as error:
        raise PydanticCustomError("webhook_secret", f"Input should be a secret: {error}") from None
    return value


# end part
JsonArray = BeforeValidator(_json_array)
Email = Annotated[str, Field(max_length=254), AfterValidator(email)]
Origin = Annotated[str, AfterValidator(_origin)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
ReplicaUrl = Annotated[SecretStr, AfterValidator(_replica_url)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]  # part files
Port = Annotated[int, Field(ge=1, le=65_535)]
