"""Page cursors: opaque to clients, and protected against changes."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from contextlib import suppress

from app.core.crypto.opaque import to_base64
from app.core.exceptions import InvalidCursor


class Cursors:
    """Encodes and decodes page cursors.

    Args:
        secret: HMAC key.
    """

    _MAC_BYTES = 16

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"cursor:" + secret.encode()).digest()

    def encode(self, position: Sequence[str], scope: str) -> str:
        """Return the cursor of a position; valid for the same scope (list, filters, order)."""
        content = json.dumps(position, ensure_ascii=False, separators=(",", ":")).encode()
        return to_base64(self._mac(content, scope) + content)

    def decode(self, cursor: str, scope: str) -> list[str]:
        """Return the position in a cursor.

        Raises:
            InvalidCursor: This server did not issue the cursor, or issued it for another scope.
        """
        with suppress(ValueError):
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            mac, content = raw[: self._MAC_BYTES], raw[self._MAC_BYTES :]
            # Base64 has spare bits at its end, so different texts may decode to the same bytes.
            if hmac.compare_digest(mac, self._mac(content, scope)) and cursor == to_base64(raw):
                return [str(value) for value in json.loads(content)]
        raise InvalidCursor

    def _mac(self, content: bytes, scope: str) -> bytes:
        message = scope.encode() + b"\0" + content
        return hmac.digest(self._key, message, "sha256")[: self._MAC_BYTES]
