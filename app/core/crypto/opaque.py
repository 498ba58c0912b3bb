"""Opaque secrets: random values of clients, of which the server stores only the digest."""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SECRET_BYTES = 32
_NONCE_BYTES = 12


def derive_secret(key: str, name: str) -> str:
    """Return a value of 256 bits for a name, which cannot be computed without the key."""
    return to_base64(hmac.digest(key.encode(), name.encode(), "sha256"))


def digest(secret: str) -> str:
    """Return the digest of a random secret, which the database stores.

    A plain SHA-256 suffices: 256 random bits cannot be guessed, however cheap each guess is.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


class RefreshTokens:
    """Creates refresh tokens that contain their session.

    The session is authenticated by a MAC, so a spent token is recognised even after its row was
    deleted. A token is valid only if it has a row.

    Args:
        secret: HMAC key. After a change earlier tokens stay valid, but their session is unknown.
    """

    _MAC_BYTES = 16

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"refresh token", "sha256")

    def make(self, session_id: UUID) -> str:
        """Return a new token of a session: 256 random bits, the session and a MAC of both."""
        content = secrets.token_bytes(_SECRET_BYTES) + session_id.bytes
        return to_base64(content + self._mac(content))

    def session_of(self, token: str) -> UUID | None:
        """Return the session of a token that this class made; None for any other text."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        content, mac = raw[: -self._MAC_BYTES], raw[-self._MAC_BYTES :]
        if not hmac.compare_digest(mac, self._mac(content)):
            return None
        return UUID(bytes=content[_SECRET_BYTES:])

    def _mac(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, "sha256")[: self._MAC_BYTES]


def seal(presented: str, successor: str) -> str:
    """Encrypt a token's successor with a key derived from the token."""
    nonce = os.urandom(_NONCE_BYTES)
    return to_base64(nonce + _box(presented).encrypt(nonce, successor.encode(), None))


def unseal(presented: str, sealed: str) -> str | None:
    """Decrypt a token's successor; return None if it was encrypted with another token."""
    raw = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    try:
        opened = _box(presented).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None)
    except InvalidTag:
        return None
    return opened.decode()


def to_base64(raw: bytes) -> str:
    """Return bytes as base64url without padding (RFC 4648, section 5)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _box(presented: str) -> AESGCM:
    # Not the stored digest: a reader of the database must not be able to decrypt.
    return AESGCM(hmac.digest(presented.encode(), b"refresh successor", "sha256"))
