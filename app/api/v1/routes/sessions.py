# Code generated from spec/v1/sessions.yaml by make generate. DO NOT EDIT.
"""Active logins of the signed-in user: the routes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.api import deps
from app.api.request.arguments import typed
from app.api.request.response import render, render_reply
from app.api.request.route import contract_route
from app.core.security import Principal
from app.schemas import types, v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route("v1", operations.OPERATIONS))

Services = Annotated[v1.Services, Depends(deps.services)]
Caller = Annotated[Principal, Depends(deps.principal)]


@router.get("/users/me/sessions", operation_id="listSessions", response_model=None)
@typed(operations.LIST_SESSIONS)
async def list_sessions(
    services: Services,
    principal: Caller,
    *,
    limit: int,
    cursor: str | None,
) -> Response:
    """List your sessions."""
    return render_reply(
        await services.sessions.list_sessions(limit=limit, cursor=cursor, principal=principal)
    )


@router.delete("/users/me/sessions", operation_id="endSessions", response_model=None)
async def end_sessions(
    services: Services,
    principal: Caller,
) -> Response:
    """Sign out everywhere."""
    await services.sessions.end_sessions(principal=principal)
    return render(None, 204)


@router.delete("/users/me/sessions/{session_id}", operation_id="endSession", response_model=None)
@typed(operations.END_SESSION)
async def end_session(
    services: Services,
    principal: Caller,
    session_id: types.UUID,
) -> Response:
    """End a session."""
    await services.sessions.end_session(session_id, principal=principal)
    return render(None, 204)
