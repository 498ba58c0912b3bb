"""A service's answer → an HTTP response."""

from collections.abc import AsyncIterable

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from app.schemas.reply import Reply


def render(body: BaseModel | None, status: int) -> Response:
    """Return the response of an operation that has one success and no headers."""
    if body is None:
        return Response(status_code=status)
    return Response(
        body.model_dump_json(by_alias=True), status_code=status, media_type="application/json"
    )


def render_reply(reply: Reply) -> Response:
    """Return the response that a reply describes: its status, its headers, its body."""
    headers = dict(reply.constant_headers)
    for field, header in reply.header_names.items():
        value = getattr(reply, field)
        if value is not None:
            headers[header] = str(value)
    if isinstance(reply.body, AsyncIterable):
        return StreamingResponse(
            reply.body, status_code=reply.status, headers=headers, media_type=reply.media_type
        )
    response = render(reply.body, reply.status)
    response.headers.update(headers)
    return response
