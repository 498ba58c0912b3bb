"""Files over HTTP, as several test modules want them."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2

from app.core.crypto.received_webhooks import read_secret, signature
from tests.clients import Caller

PNG = b"\x89PNG\r\n\x1a\n"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def upload(
    caller: Caller, content: bytes | AsyncIterator[bytes] = PNG, media_type: str = "image/png"
) -> httpx2.Response:
    headers = {**caller.headers, "Content-Type": media_type}
    return await caller.client.post("/files", content=content, headers=headers)


async def stored(caller: Caller, content: bytes = PNG) -> dict[str, Any]:
    """Upload a file, and return what the server says of it."""
    answer = await upload(caller, content)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def scan_event(file_id: str, verdict: str = "infected") -> bytes:
    event = {
        "type": "file.scanned",
        "timestamp": "2026-11-23T09:00:00Z",
        "data": {"file_id": file_id, "verdict": verdict},
    }
    return json.dumps(event).encode()


def signed(body: bytes, *, age_seconds: float = 0, message_id: str = "") -> dict[str, str]:
    """Return the headers that the virus scanner sends with a body."""
    message_id = message_id or f"msg_{uuid4().hex}"
    timestamp = int(datetime.now(UTC).timestamp() - age_seconds)
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature(read_secret(SECRET), message_id, timestamp, body)}",
    }
