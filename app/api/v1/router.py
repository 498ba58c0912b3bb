"""All routes of version 1; `app/main.py` mounts them below the prefix of the contract."""

from fastapi import APIRouter

from app.api.v1 import manual  # part files
from app.api.v1.routes import ROUTERS, health, jwks

AT_ROOT = (health.router, jwks.router)
"""What orchestrators and verifiers of tokens look for without the prefix, in the newest version."""


def router() -> APIRouter:
    """Return the generated routes; a route that is written by hand is added here."""
    router = APIRouter()
    for routes in ROUTERS:
        router.include_router(routes)
    router.include_router(manual.router)  # part files
    return router
