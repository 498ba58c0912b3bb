# Code generated from spec/v1/exports.yaml by make generate. DO NOT EDIT.
"""Files of items, made in the background: the routes."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Path, Response

from app.api import deps
from app.api.contract import contract_route
from app.api.render import render, render_reply
from app.core.security import Principal
from app.schemas import types, v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route(operations.OPERATIONS))

# Type checkers do not look into Annotated; the declaration makes them check the provider.
provide: Callable[..., Awaitable[v1.ExportsService]] = deps.exports
Service = Annotated[v1.ExportsService, Depends(provide)]
Caller = Annotated[Principal, Depends(deps.principal)]


@router.post("/exports", operation_id="createExport", response_model=None)
async def create_export(
    service: Service,
    principal: Caller,
    body: Annotated[v1.ExportCreate, Body()],
    idempotency_key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", min_length=1, max_length=255, pattern="^[!-~]+$"),
    ] = None,
) -> Response:
    """Ask for a file of your items."""
    return render_reply(
        await service.create_export(body, idempotency_key=idempotency_key, principal=principal)
    )


@router.get("/exports/{export_id}", operation_id="getExport", response_model=None)
async def get_export(
    service: Service,
    principal: Caller,
    export_id: Annotated[types.UUID, Path()],
) -> Response:
    """Ask how far an export is."""
    return render(await service.get_export(export_id, principal=principal), 200)


@router.get("/exports/{export_id}/file", operation_id="getExportFile", response_model=None)
async def get_export_file(
    service: Service,
    principal: Caller,
    export_id: Annotated[types.UUID, Path()],
) -> Response:
    """Get the file of an export."""
    return render_reply(await service.get_export_file(export_id, principal=principal))


@router.get("/exports/{export_id}/events", operation_id="watchExport", response_model=None)
async def watch_export(
    service: Service,
    principal: Caller,
    export_id: Annotated[types.UUID, Path()],
) -> Response:
    """Watch an export."""
    return render_reply(await service.watch_export(export_id, principal=principal))


@router.post("/exports/{export_id}/cancel", operation_id="cancelExport", response_model=None)
async def cancel_export(
    service: Service,
    principal: Caller,
    export_id: Annotated[types.UUID, Path()],
) -> Response:
    """Cancel an export."""
    return render(await service.cancel_export(export_id, principal=principal), 200)
