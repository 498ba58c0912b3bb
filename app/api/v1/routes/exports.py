# Code generated from spec/v1/exports.yaml by make generate. DO NOT EDIT.
"""Files of items, written in the background: the routes."""

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


@router.post("/exports", operation_id="createExport", response_model=None)
@typed(operations.CREATE_EXPORT)
async def create_export(
    services: Services,
    principal: Caller,
    body: v1.ExportCreate,
    *,
    idempotency_key: str | None,
) -> Response:
    """Start an export of your items."""
    return render_reply(
        await services.exports.create_export(
            body, idempotency_key=idempotency_key, principal=principal
        )
    )


@router.get("/exports/{export_id}", operation_id="getExport", response_model=None)
@typed(operations.GET_EXPORT)
async def get_export(
    services: Services,
    principal: Caller,
    export_id: types.UUID,
) -> Response:
    """Read the status of an export."""
    return render(await services.exports.get_export(export_id, principal=principal), 200)


@router.get("/exports/{export_id}/file", operation_id="getExportFile", response_model=None)
@typed(operations.GET_EXPORT_FILE)
async def get_export_file(
    services: Services,
    principal: Caller,
    export_id: types.UUID,
) -> Response:
    """Download the file of an export."""
    return render_reply(await services.exports.get_export_file(export_id, principal=principal))


@router.get("/exports/{export_id}/events", operation_id="watchExport", response_model=None)
@typed(operations.WATCH_EXPORT)
async def watch_export(
    services: Services,
    principal: Caller,
    export_id: types.UUID,
) -> Response:
    """Watch an export."""
    return render_reply(await services.exports.watch_export(export_id, principal=principal))


@router.post("/exports/{export_id}/cancel", operation_id="cancelExport", response_model=None)
@typed(operations.CANCEL_EXPORT)
async def cancel_export(
    services: Services,
    principal: Caller,
    export_id: types.UUID,
) -> Response:
    """Cancel an export."""
    return render(await services.exports.cancel_export(export_id, principal=principal), 200)
