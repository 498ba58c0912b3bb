# Code generated from spec/v1/health.yaml by make generate. DO NOT EDIT.
"""Probes for load balancers and orchestrators: the routes."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.api import deps
from app.api.request.response import render
from app.api.request.route import contract_route
from app.schemas import v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route("v1", operations.OPERATIONS))

Services = Annotated[v1.Services, Depends(deps.services)]


@router.get("/health/live", operation_id="getLiveness", response_model=None)
async def get_liveness(
    services: Services,
) -> Response:
    """Check that the process runs."""
    return render(await services.health.get_liveness(), 200)


@router.get("/health/ready", operation_id="getReadiness", response_model=None)
async def get_readiness(
    services: Services,
) -> Response:
    """Check that the process can serve requests."""
    return render(await services.health.get_readiness(), 200)
