"""A service's answer → an HTTP response."""

from collections.abc import AsyncIterable

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from app.schemas.reply import Replayed, Reply, to_json

_JSON = "application/json"


class ReplayedResponse(Response):
    """The stored answer to an earlier request; only the contract that it was made under judges it.

    Attributes:
        contract: Digest of that contract.
    """

    def __init__(self, replayed: Replayed) -> None:
        super().__init__(
            replayed.body,
            replayed.status,
            {**replayed.headers, "Idempotency-Replayed": "true"},
            None if replayed.body is None else _JSON,
        )
        self.contract = replayed.contract


def render(body: BaseModel | None, status: int) -> Response:
    """Return the response of an operation that has one success and no headers."""
    if body is None:
        return Response(status_code=status)
    return Response(to_json(body), status_code=status, media_type=_JSON)


def render_reply(reply: Reply | Replayed) -> Response:
    """Return the response that a reply describes: its status, its headers, its body."""
    if isinstance(reply, Replayed):
        return ReplayedResponse(reply)
    headers = reply.headers()
    if isinstance(reply.body, AsyncIterable):
        return StreamingResponse(
            reply.body, status_code=reply.status, headers=headers, media_type=reply.media_type
        )
    response = render(reply.body, reply.status)
    response.headers.update(headers)
    return response
