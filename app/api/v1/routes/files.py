# Code generated from spec/v1/files.yaml by make generate. DO NOT EDIT.
"""Files that a user uploads: the routes."""

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


@router.get("/files/{file_id}", operation_id="getFile", response_model=None)
@typed(operations.GET_FILE)
async def get_file(
    services: Services,
    principal: Caller,
    file_id: types.UUID,
) -> Response:
    """Read what is known of a file."""
    return render(await services.files.get_file(file_id, principal=principal), 200)


@router.delete("/files/{file_id}", operation_id="deleteFile", response_model=None)
@typed(operations.DELETE_FILE)
async def delete_file(
    services: Services,
    principal: Caller,
    file_id: types.UUID,
) -> Response:
    """Delete a file."""
    await services.files.delete_file(file_id, principal=principal)
    return render(None, 204)


@router.get("/files/{file_id}/content", operation_id="downloadFile", response_model=None)
@typed(operations.DOWNLOAD_FILE)
async def download_file(
    services: Services,
    principal: Caller,
    file_id: types.UUID,
    *,
    range_: str | None,
    if_range: str | None,
    if_none_match: str | None,
) -> Response:
    """Download a file."""
    return render_reply(
        await services.files.download_file(
            file_id,
            range_=range_,
            if_range=if_range,
            if_none_match=if_none_match,
            principal=principal,
        )
    )
