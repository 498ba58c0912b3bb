"""The handshake of a WebSocket (RFC 6455, section 4), as the GET request that it is."""

from starlette.types import Message, Scope, Send

IS_HANDSHAKE = "contract.is_handshake"
"""Key in the ASGI scope that says that the request is the handshake of a WebSocket."""
BEARER = "bearer"
"""The subprotocol after which a page names its access token."""
SWITCHED = 101
"""The status of the response that accepts a handshake."""


def as_request(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """Return a handshake as an HTTP request, and how its response and its messages are sent.

    A server that cannot send a refusal (ASGI, WebSocket Denial Response) answers 403 itself.
    """
    can_respond = "websocket.http.response" in scope.get("extensions", {})
    headers, subprotocol = _with_credentials(scope)

    async def answer(message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start" and message["status"] == SWITCHED:
            accepted = {"headers": message["headers"], "subprotocol": subprotocol}
            await send({"type": "websocket.accept", **accepted})
        elif kind.startswith("websocket."):
            await send(message)
        elif can_respond:
            await send({**message, "type": f"websocket.{kind}"})
        elif kind == "http.response.start":
            await send({"type": "websocket.close"})

    request = {**scope, "type": "http", "method": "GET", "headers": headers, IS_HANDSHAKE: True}
    return request, answer


def _with_credentials(scope: Scope) -> tuple[list[tuple[bytes, bytes]], str | None]:
    """Return the headers with the access token of a page, and the subprotocol to accept.

    Pages cannot set headers: `new WebSocket(url, ["bearer", token])` is how they send a token.
    """
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    offered: list[str] = scope.get("subprotocols", [])
    if len(offered) != 2 or offered[0] != BEARER or b"authorization" in dict(headers):
        return headers, None
    others = [header for header in headers if header[0] != b"sec-websocket-protocol"]
    return [*others, (b"authorization", f"Bearer {offered[1]}".encode("latin-1"))], BEARER
