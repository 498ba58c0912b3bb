"""What the routes get from a request.

Whatever mentions `Request`, `Header` or `Depends` belongs here; whatever a worker or a command
needs too belongs in `app/core/dependencies.py`. Providers are `async`: a plain function would cost
a hop to a thread.
"""

from typing import cast

from fastapi import Request

from app.core import dependencies
from app.core.dependencies import Resources
from app.core.security import Principal
from app.services.api_keys import ApiKeys
from app.services.auth import Auth
from app.services.exports import Exports
from app.services.health import Health
from app.services.items import Items
from app.services.jwks import Jwks
from app.services.sessions import Sessions
from app.services.users import Users


def resources(request: Request) -> Resources:
    """Return what the process holds open."""
    return cast("Resources", request.app.state.resources)


async def health(request: Request) -> Health:
    """Provide the service of the tag `health`."""
    return dependencies.make_health(resources(request))


async def auth(request: Request) -> Auth:
    """Provide the service of the tag `auth`."""
    return dependencies.make_auth(resources(request))


async def jwks(request: Request) -> Jwks:
    """Provide the service of the tag `jwks`."""
    return dependencies.make_jwks(resources(request))


async def sessions(request: Request) -> Sessions:
    """Provide the service of the tag `sessions`."""
    return dependencies.make_sessions(resources(request))


async def users(request: Request) -> Users:
    """Provide the service of the tag `users`."""
    return dependencies.make_users(resources(request))


async def api_keys(request: Request) -> ApiKeys:
    """Provide the service of the tag `api_keys`."""
    return dependencies.make_api_keys(resources(request))


async def items(request: Request) -> Items:
    """Provide the service of the tag `items`."""
    return dependencies.make_items(resources(request))


async def exports(request: Request) -> Exports:
    """Provide the service of the tag `exports`."""
    return dependencies.make_exports(resources(request))


async def principal(request: Request) -> Principal:
    """Provide the caller that `app.api.security` let in."""
    return cast("Principal", request.state.principal)


async def optional_principal(request: Request) -> Principal | None:
    """Provide the caller, or None where the operation allows an anonymous one."""
    return cast("Principal | None", request.state.principal)
