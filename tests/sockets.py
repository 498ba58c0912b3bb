"""WebSockets of an application that a test serves."""

from collections.abc import Mapping, Sequence

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.raw import Answer


async def opened(
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    origin: str | None = None,
    subprotocols: Sequence[str] = (),
) -> ClientConnection:
    """Open a WebSocket."""
    return await connect(
        url,
        additional_headers=headers,
        origin=None if origin is None else Origin(origin),
        subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        proxy=None,
    )


async def refusal(url: str, headers: Mapping[str, str], origin: str | None = None) -> Answer:
    """Return the response that refuses a handshake."""
    with pytest.raises(InvalidStatus) as refused:
        await opened(url, headers, origin=origin)
    response = refused.value.response
    fields = {name.lower(): value for name, value in response.headers.raw_items()}
    return Answer(response.status_code, fields, bytes(response.body))


async def end(socket: ClientConnection) -> tuple[int, str]:
    """Return code and reason with which the server closes a WebSocket."""
    await socket.wait_closed()
    assert socket.close_code is not None
    return socket.close_code, socket.close_reason or ""
