"""All routes of version 1, below the prefix that the contract's `servers` names."""

from fastapi import APIRouter

from app.api.v1.routes import ROUTERS, health
from app.schemas.v1 import operations


def v1_router() -> APIRouter:
    """Return the generated routes; health probes answer without the prefix too."""
    router = APIRouter()
    for routes in ROUTERS:
        router.include_router(routes, prefix=operations.PREFIX)
    router.include_router(health.router)
    return router
