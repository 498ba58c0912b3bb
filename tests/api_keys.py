"""API keys over HTTP, as several test modules want them."""

from typing import Any

from app.schemas import v1
from tests.clients import Caller

HEADER = "X-API-Key"
"""The header of a key, as in the contract's scheme `api_key`."""


async def create(caller: Caller, **fields: object) -> dict[str, Any]:
    """Create a key with every scope and return it."""
    body = {"name": "Import", "scopes": [scope.value for scope in v1.ApiKeyScope]} | fields
    answer = await caller.post("/api-keys", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def with_key(caller: Caller, key: str) -> Caller:
    """Return a machine that acts for a user."""
    return Caller(caller.email, {HEADER: key}, caller.client)
