"""Tools for language models: operations of the newest contract, by the Model Context Protocol.

A tool sends a request to this application with the credentials of its caller, so that security,
limits, validation and logs are those of the API. The module needs requirements-mcp.txt.
"""

import json
import logging
from collections.abc import Collection
from http import HTTPStatus
from typing import Any, Literal

import httpx2
from fastapi import FastAPI
from fastmcp import FastMCP
from fastmcp.server.dependencies import get_http_request
from fastmcp.server.http import StarletteWithLifespan
from fastmcp.server.providers.openapi import (
    MCPType,
    OpenAPIResource,
    OpenAPIResourceTemplate,
    OpenAPITool,
)
from fastmcp.utilities.openapi import HTTPRoute
from mcp_types import ToolAnnotations
from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.api.version import Version
from app.core.exceptions import Unauthorized
from app.schemas.document import contract_document
from app.schemas.operation import Operation

PATH = "/mcp"
_JSON = "application/json"
# Beside credentials, what belongs to the caller and not to the tool.
_PASSED_ON = {"traceparent", "user-agent", "x-forwarded-for", "x-request-id"}
_CHANGES_NOTHING_TWICE = {"GET", "PUT", "DELETE"}
Component = OpenAPITool | OpenAPIResource | OpenAPIResourceTemplate


def add_mcp(
    app: FastAPI, version: Version, allowed: Literal["read", "all"]
) -> StarletteWithLifespan:
    """Serve the tools at `/mcp`, and return their application, whose lifespan has to run.

    Args:
        app: Receives the requests of the tools.
        version: The version of the API that they call.
        allowed: `read`: only operations that change nothing.
    """
    document = json.loads(contract_document(version.name))
    names = {
        name
        for name, operation in version.operations.items()
        if _is_tool(operation, document, reads_only=allowed == "read")
    }
    credentials = {"authorization"} | {
        scheme.name.lower()
        for operation in version.operations.values()
        for scheme in operation.schemes.values()
        if scheme.place == "header"
    }
    server: FastMCP[Any] = FastMCP.from_openapi(
        document,
        client=httpx2.AsyncClient(
            transport=_AsCaller(app, credentials | _PASSED_ON),
            base_url=f"http://localhost{version.prefix}",
        ),
        name=document["info"]["title"],
        route_map_fn=lambda route, _: (
            MCPType.TOOL if route.operation_id in names else MCPType.EXCLUDE
        ),
        mcp_component_fn=_annotate,
    )
    _use_our_logs()
    tools = server.http_app(path=PATH, stateless_http=True, json_response=True)
    app.router.routes.append(Route(PATH, _WithCredentials(tools, credentials)))
    return tools


def _is_tool(operation: Operation, document: dict[str, Any], *, reads_only: bool) -> bool:
    """Tell whether a model may call the operation: it has a caller, and JSON goes in and out."""
    described = document["paths"][operation.path][operation.method.lower()]
    success = min(operation.statuses, default=200)
    key = operation.response_key(success) or ""
    content = described["responses"].get(key, {}).get("content", {})
    return (
        (operation.method == "GET" or not reads_only)
        and success >= HTTPStatus.OK
        and bool(operation.security)
        and set(operation.bodies) <= {_JSON}
        and (not content or _JSON in content)
    )


def _annotate(route: HTTPRoute, component: Component) -> None:
    """Add what the contract says of the operation besides its description."""
    component.title = route.summary
    if isinstance(component, OpenAPITool):
        component.annotations = ToolAnnotations(
            title=route.summary,
            read_only_hint=route.method == "GET",
            destructive_hint=route.method == "DELETE",
            idempotent_hint=route.method in _CHANGES_NOTHING_TWICE,
            open_world_hint=False,
        )


def _use_our_logs() -> None:
    """Let the lines of the library be written like all others."""
    logger = logging.getLogger("fastmcp")
    logger.handlers.clear()
    logger.propagate = True


class _AsCaller(httpx2.AsyncBaseTransport):
    """Sends requests to an application as the client whose request is being handled.

    Args:
        app: The application.
        names: Headers to take over.
    """

    def __init__(self, app: FastAPI, names: Collection[str]) -> None:
        self._app = app
        self._names = names

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request."""
        received = get_http_request()
        for name in self._names:
            if name in received.headers:
                request.headers[name] = received.headers[name]
        caller = received.client or ("127.0.0.1", 0)
        transport = httpx2.ASGITransport(app=self._app, client=(caller[0], caller[1]))
        return await transport.handle_async_request(request)


class _WithCredentials:
    """Refuses requests without credentials, so that clients learn how to get some.

    Whether they are valid, the API decides when a tool is called.
    """

    def __init__(self, tools: StarletteWithLifespan, names: Collection[str]) -> None:
        self._tools = tools
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        headers = Headers(scope=scope)
        if not any(headers.get(name) for name in self._names):
            raise Unauthorized("Send an access token in the Authorization header, or an API key.")
        await self._tools(scope, receive, send)
