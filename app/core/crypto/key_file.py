"""Opens the file of the signing keys."""

import hmac
import logging
from contextlib import suppress
from pathlib import Path

from app.core.config import Settings, WrongSettings
from app.core.crypto.keys import KeyRing, TokenKey, make_signing_key, read_keys, write_keys
from app.core.crypto.opaque import to_base64

logger = logging.getLogger(__name__)


def open_keys(settings: Settings) -> KeyRing:
    """Return the keys of access tokens; in development a missing file is created.

    With HS256 the signing key is derived from SECRET_KEY. Keys in a file then only verify, so that
    a service can change the algorithm while tokens are in use.

    Raises:
        WrongSettings: The file cannot be used.
    """
    try:
        return _read_or_make_keys(settings, settings.keys_file)
    except ValueError as error:
        raise WrongSettings(f"SIGNING_KEYS_FILE: {error}") from error


def _read_or_make_keys(settings: Settings, path: Path) -> KeyRing:
    if settings.token_algorithm != "ES256":  # noqa: S105 - a name
        key = hmac.digest(settings.secret_key.get_secret_value().encode(), b"tokens", "sha256")
        shared = TokenKey({"kty": "oct", "k": to_base64(key)})
        others = read_keys(path).keys if settings.signing_keys_file is not None else ()
        return KeyRing([shared, *(TokenKey(other.jwk, "retired") for other in others)])
    if not settings.in_production and not path.exists():
        # Another process may create the file first.
        with suppress(FileExistsError):
            write_keys(path, KeyRing([make_signing_key("ES256")]), replacing=False)
            logger.warning("created a signing key for development", extra={"file": str(path)})
    return read_keys(path)
