# Code generated from spec/v1/health.yaml by make generate. DO NOT EDIT.
"""Probes for load balancers and orchestrators: the routes."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.api import deps
from app.api.contract import contract_route
from app.api.render import render
from app.schemas import v1
from app.schemas.v1 import operations

router = APIRouter(route_class=contract_route(operations.OPERATIONS))

# Type checkers do not look into Annotated; the declaration makes them check the provider.
provide: Callable[..., Awaitable[v1.HealthService]] = deps.health
Service = Annotated[v1.HealthService, Depends(provide)]


@router.get("/health/live", operation_id="getLiveness", response_model=None)
async def get_liveness(
    service: Service,
) -> Response:
    """Tell whether the process runs."""
    return render(await service.get_liveness(), 200)


@router.get("/health/ready", operation_id="getReadiness", response_model=None)
async def get_readiness(
    service: Service,
) -> Response:
    """Tell whether the process can serve requests."""
    return render(await service.get_readiness(), 200)
