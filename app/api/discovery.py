"""The OAuth 2.0 metadata of server and resource (RFC 8414, RFC 9728), without the prefix."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.core.config import Settings
from app.schemas import operations

AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"
PROTECTED_RESOURCE = "/.well-known/oauth-protected-resource"

_CACHED = {"Cache-Control": "public, max-age=300"}


def discovery(settings: Settings, contract: Mapping[str, Any], prefix: str) -> APIRouter:
    """Return the routes of both metadata documents, built from settings and the newest contract."""
    router = APIRouter(include_in_schema=False)
    server = authorization_server(settings.public_url, contract, prefix)
    resource = protected_resource(settings.public_url, contract)

    @router.get(AUTHORIZATION_SERVER)
    async def read_authorization_server() -> JSONResponse:
        return JSONResponse(server, headers=_CACHED)

    @router.get(PROTECTED_RESOURCE)
    async def read_protected_resource() -> JSONResponse:
        return JSONResponse(resource, headers=_CACHED)

    return router


def authorization_server(issuer: str, contract: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return the metadata of RFC 8414, section 2."""
    flow = _password_flow(contract)
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}{flow['tokenUrl']}",
        "revocation_endpoint": f"{issuer}{prefix}{operations.REVOKE_TOKEN.path}",
        "jwks_uri": f"{issuer}{operations.GET_JWKS.path}",
        "scopes_supported": list(flow["scopes"]),
        # Required even though there is no authorization endpoint.
        "response_types_supported": [],
        "grant_types_supported": list(
            contract["components"]["schemas"]["TokenRequest"]["discriminator"]["mapping"]
        ),
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "service_documentation": f"{issuer}/docs",
    }


def protected_resource(issuer: str, contract: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata of RFC 9728, section 2; the resource is the audience of the tokens."""
    return {
        "resource": issuer,
        "authorization_servers": [issuer],
        "scopes_supported": list(_password_flow(contract)["scopes"]),
        "bearer_methods_supported": ["header"],
        "resource_name": contract["info"]["title"],
        "resource_documentation": f"{issuer}/docs",
    }


def _password_flow(contract: Mapping[str, Any]) -> Mapping[str, Any]:
    flow: Mapping[str, Any] = contract["components"]["securitySchemes"]["oauth2"]["flows"][
        "password"
    ]
    return flow
