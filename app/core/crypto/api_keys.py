"""API keys: `itemsapi_<43 random characters>_<8 characters of checksum>`.

The first part lets scanners find a key that leaked, the checksum lets them, and the server, tell a
key from garbage without a query. The middle part holds 256 random bits, so one SHA-256 hides
it well: a slow hash protects what people choose and others guess, which this is not. And only a
hash without a salt of its own can be looked up by an index.
"""

import hashlib
import re
import secrets
import string
import zlib

HEADER = "X-API-Key"
"""The header that carries a key; the contract's scheme `api_key` names the same."""

_BRAND = "itemsapi"
_ALPHABET = string.digits + string.ascii_letters
# 62 ** 43 is the first power above 2 ** 256.
_LENGTH = 43
_KEY = re.compile(rf"({_BRAND}_[0-9A-Za-z]{{{_LENGTH}}})_([0-9a-f]{{8}})")
# So much is kept readable; 208 of the 256 bits stay secret.
_SHOWN = len(_BRAND) + 1 + 8


def make_key() -> str:
    """Return a new key; it is kept nowhere."""
    middle = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return f"{_BRAND}_{middle}_{_checksum(f'{_BRAND}_{middle}')}"


def is_key(text: str) -> bool:
    """Tell whether a text was made by `make_key`, here or elsewhere."""
    found = _KEY.fullmatch(text)
    return found is not None and found[2] == _checksum(found[1])


def prefix_of(key: str) -> str:
    """Return the beginning of a key, by which its owner recognises it."""
    return key[:_SHOWN]


def hash_of(key: str) -> str:
    """Return what is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"
