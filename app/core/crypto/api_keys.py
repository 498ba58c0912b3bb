"""API keys: `itemsapi_<43 random characters>_<8 characters of checksum>`.

Scanners find a leaked key by the first part. The checksum identifies malformed keys without a
query. The middle part contains 256 random bits, which nobody can guess, so one SHA-256 suffices: a
slow hash protects only values that people choose. An index can find a hash that has no salt.
"""

import hashlib
import re
import secrets
import string
import zlib

_BRAND = "itemsapi"
_ALPHABET = string.digits + string.ascii_letters
# 62 ** 43 is the first power above 2 ** 256.
_LENGTH = 43
_KEY = re.compile(rf"({_BRAND}_[0-9A-Za-z]{{{_LENGTH}}})_([0-9a-f]{{8}})")
# Length of the stored prefix; 208 of the 256 bits stay secret.
_SHOWN = len(_BRAND) + 1 + 8


def make_key() -> str:
    """Return a new key, which is not stored."""
    middle = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return f"{_BRAND}_{middle}_{_checksum(f'{_BRAND}_{middle}')}"


def is_key(text: str) -> bool:
    """Tell whether a text has the format and the checksum of a key."""
    found = _KEY.fullmatch(text)
    return found is not None and found[2] == _checksum(found[1])


def prefix_of(key: str) -> str:
    """Return the beginning of a key, by which its owner recognises it."""
    return key[:_SHOWN]


def hash_of(key: str) -> str:
    """Return the hash of a key, which the database stores."""
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"
