"""Signatures of received webhooks, as Standard Webhooks 1.0.0 describes (symmetric, `v1`)."""

import hmac
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta

from app.core.exceptions import SignatureRefused

TOLERANCE = timedelta(minutes=5)
"""How far the time of a request may lie from the server's; an older one may be a replay."""
_PREFIX = "whsec_"


def read_secret(text: str) -> bytes:
    """Return the key in a secret such as `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`.

    Raises:
        ValueError: It does not start with `whsec_`, is not base64, or has fewer than 24 bytes.
    """
    try:
        key = b64decode(text.removeprefix(_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not text.startswith(_PREFIX) or len(key) < 24:
        raise ValueError("write whsec_ and at least 24 bytes in base64")
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a request, in base64."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return b64encode(hmac.digest(key, content, "sha256")).decode()


def verify(key: bytes, message_id: str, timestamp: int, signatures: str, body: bytes) -> None:
    """Accept a request that the owner of the key has just signed.

    Args:
        key: The secret that sender and server share.
        message_id: The header `webhook-id`.
        timestamp: The header `webhook-timestamp`, in seconds since 1970.
        signatures: The header `webhook-signature`: `v1,` and base64 each, separated by spaces. A
            sender that replaces its key signs with both.
        body: The body as it was received.

    Raises:
        SignatureRefused: No signature is valid, or the time differs too much.
    """
    expected = f"v1,{signature(key, message_id, timestamp, body)}".encode()
    given = signatures.encode().split()
    if not any(hmac.compare_digest(expected, one) for one in given):
        raise SignatureRefused("No signature in webhook-signature fits the request.")
    if abs(datetime.now(UTC).timestamp() - timestamp) > TOLERANCE.total_seconds():
        raise SignatureRefused("webhook-timestamp differs by more than five minutes from now.")
