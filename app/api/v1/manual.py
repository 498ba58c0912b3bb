"""The routes of version 1 that are written by hand; docs/how-to/write-a-route-by-hand.md explains.

They do what the generated routes cannot: receive a body piece by piece, read its exact bytes, and
exchange messages.
"""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, WebSocket

from app.api import deps
from app.api.request.manual import manual_route, read_body
from app.api.request.response import render
from app.api.request.route import contract_route
from app.api.request.sockets import next_text, open_socket
from app.core.config import Settings
from app.core.crypto.received_webhooks import read_secret, verify
from app.core.exceptions import MalformedBody, NotFound
from app.core.security import Principal
from app.schemas import v1
from app.schemas.v1 import operations
from app.services.files import Files

_LOOK_SECONDS = 0.5

router = APIRouter(route_class=contract_route("v1", operations.OPERATIONS))

Services = Annotated[v1.Services, Depends(deps.services)]
Caller = Annotated[Principal, Depends(deps.principal)]


def _files(services: v1.Services) -> Files:
    """Return the service with the methods that its generated interface lacks."""
    return cast("Files", services.files)


@manual_route(router, operations.UPLOAD_FILE)
async def upload_file(request: Request, services: Services, principal: Caller) -> Response:
    """Store a file while it arrives, so that its size does not matter to the memory."""
    media_type = request.headers["content-type"].partition(";")[0].strip().lower()
    file = await _files(services).upload_file(request.stream(), media_type, principal=principal)
    answer = render(file, 201)
    answer.headers["Location"] = f"/files/{file.id}"
    return answer


@manual_route(router, operations.RECEIVE_SCAN)
async def receive_scan(
    request: Request,
    services: Services,
    *,
    webhook_id: str,
    webhook_timestamp: int,
    webhook_signature: str,
) -> Response:
    """Verify the signature of the bytes that were sent, and only then read them as JSON."""
    settings: Settings = request.app.state.settings
    if settings.scan_webhook_secret is None:
        raise NotFound("No virus scanner is set up.")
    key = read_secret(settings.scan_webhook_secret.get_secret_value())
    verify(key, webhook_id, webhook_timestamp, webhook_signature, await request.body())
    event = await read_body(request, v1.ScanEvent)
    await _files(services).receive_scan(webhook_id, event)
    return render(None, 202)


@manual_route(router, operations.FOLLOW_SCANS)
async def follow_scans(request: Request, services: Services, principal: Caller) -> Response:
    """Send each file that the client names, and again whenever it has changed."""
    files = _files(services)

    async def talk(socket: WebSocket) -> None:
        sent: dict[UUID, v1.File | None] = {}
        while True:
            text = await next_text(socket, _LOOK_SECONDS)
            if text is not None:
                sent.setdefault(_to_id(text))
            for file in await files.look_at(sent, principal=principal):
                if file != sent[file.id]:
                    sent[file.id] = file
                    await socket.send_text(file.model_dump_json())
            if text is not None and sent[_to_id(text)] is None:
                raise NotFound("There is no file with this id.")

    return open_socket(request, talk)


def _to_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise MalformedBody("Send the id of a file.") from None
