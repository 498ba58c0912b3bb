"""Signatures of webhooks, as Standard Webhooks 1.0.0 describes (symmetric, `v1`).

A secret is not stored: it is derived from the server's secret and a random value of the webhook.
"""

import hmac
from base64 import b64encode
from uuid import UUID


class SigningSecrets:
    """Gives the secret of 256 bits that belongs to a random value.

    Args:
        secret_key: The server's secret. After a change of it every receiver needs another secret.
    """

    def __init__(self, secret_key: str) -> None:
        self._key = secret_key.encode()

    def derive(self, salt: UUID) -> bytes:
        """Return the secret, for the signature."""
        return hmac.digest(self._key, f"webhook secret {salt}".encode(), "sha256")

    def show(self, salt: UUID) -> str:
        """Return the secret as the owner of the webhook gets it."""
        return f"whsec_{b64encode(self.derive(salt)).decode()}"


def sign(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a request.

    Args:
        secret: The secret of the receiver.
        message_id: The header `webhook-id`; it has no full stop.
        timestamp: The header `webhook-timestamp`, in seconds since 1970.
        body: The body of the request.
    """
    content = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{b64encode(hmac.digest(secret, content, 'sha256')).decode()}"
