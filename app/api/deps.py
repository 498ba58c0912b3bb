"""Dependencies of routes.

A dependency that needs `Request`, `Header` or `Depends` belongs here; one that a worker or a
command needs too belongs in `app/core/dependencies.py`. The functions are `async`, because FastAPI
runs other functions in a thread.
"""

from typing import cast

from fastapi import Request

from app import schemas
from app.core.resources import Resources
from app.core.security import Principal


def resources(request: Request) -> Resources:
    """Return the resources of the process."""
    return cast("Resources", request.scope["app"].state.resources)


async def services(request: Request) -> schemas.Services:
    """Provide the services of the newest contract."""
    return cast("schemas.Services", request.scope["app"].state.services)


async def principal(request: Request) -> Principal:
    """Provide the caller that `app.api.request.admission` admitted."""
    return cast("Principal", request.state.principal)


async def optional_principal(request: Request) -> Principal | None:
    """Provide the caller, or None where the operation allows an anonymous one."""
    return cast("Principal | None", request.state.principal)
