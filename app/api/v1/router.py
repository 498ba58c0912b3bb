"""All routes of version 1, below the prefix that the contract's `servers` names."""

from fastapi import APIRouter

from app.api.v1.routes import ROUTERS, health, jwks
from app.schemas.v1 import operations


def v1_router() -> APIRouter:
    """Return the generated routes; what has a fixed place answers without the prefix too."""
    router = APIRouter()
    for routes in ROUTERS:
        router.include_router(routes, prefix=operations.PREFIX)
    # Orchestrators and verifiers of tokens look for these at the root.
    router.include_router(health.router)
    router.include_router(jwks.router)
    return router
