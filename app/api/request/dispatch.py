"""Calls the routes of the contract directly.

FastAPI tries one route after the other, and solves the dependencies of a route per request. Here
the routes are found by their path, and what they depend on is known from the start.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from inspect import iscoroutinefunction, signature
from typing import Any, NoReturn, cast

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.request.body import ContractRequest
from app.api.request.exchange import Exchange
from app.api.request.handshake import IS_HANDSHAKE, SWITCHED
from app.api.request.paths import Paths
from app.api.request.route import Call, ContractRoute
from app.core.exceptions import MethodNotAllowed, NotFound
from app.schemas.operation import Operation
from app.telemetry.traces import name_span

# Paths that software parses differently: an empty part, a dot segment, an escaped separator.
_AMBIGUOUS_PATH = re.compile(rb"//|\\|%2f|%5c|/(\.|%2e){1,2}(/|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Target:
    """A route of the contract and how to call it; or a route that the framework calls."""

    path: str
    methods: frozenset[str]
    route: ContractRoute | None = None
    call: Call | None = None
    max_body_bytes: int | None = None
    is_socket: bool = False


_UNKNOWN = _Target("", frozenset())


class Dispatch:
    """Calls the route of an operation, and leaves other requests to the framework.

    Args:
        max_body_bytes: The largest body, where the operation does not state its own.
    """

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute], *, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._paths: Paths[_Target] = Paths()
        for context in iter_route_contexts([*routes]):
            path = str(context.path)
            # The framework's convertors, such as `{name:path}`, match more than one part.
            if context.methods and ":" not in path:
                self._paths.add(path, _target(path, context))

    async def __call__(self, exchange: Exchange, receive: Receive, send: Send) -> None:
        """Handle one request.

        Raises:
            MethodNotAllowed: The path has other methods.
            NotFound: The path is ambiguous; or the request is a handshake, and the path has no
                WebSocket.
            ContentTooLarge: The body is larger than the operation allows.
        """
        scope = exchange.scope
        if _AMBIGUOUS_PATH.search(scope["raw_path"]):
            self._refuse_path(scope)
        target, path_params = self._find(scope)
        if IS_HANDSHAKE in scope and not target.is_socket:
            raise NotFound("The path has no WebSocket.")
        exchange.limit_body(target.max_body_bytes or self._max_body_bytes)
        if target.route is None or target.call is None:
            await self._app(scope, receive, send)
            return
        scope["route"], scope["path_params"] = target.route, path_params
        name_span(scope["method"], target.path)
        response = await target.route.answer(ContractRequest(scope, receive), target.call)
        await response(scope, receive, send)

    def _refuse_path(self, scope: Scope) -> NoReturn:
        """Refuse a path that other software could parse differently, as its operation declares it.

        Proxies decide by the path that is sent, the router by the decoded one.

        Raises:
            NotFound: Always.
        """
        with suppress(MethodNotAllowed):
            target, scope["path_params"] = self._find(scope)
            if target.route and target.route.operation.response_key(NotFound.status):
                target.route.enter(scope)
        raise NotFound(
            "The path has an empty part, a dot segment, a backslash or an escaped separator; "
            "send the plain path."
        )

    def _find(self, scope: Scope) -> tuple[_Target, Mapping[str, str]]:
        path: str = scope["path"]
        root: str = scope.get("root_path", "")
        if root and path.startswith(f"{root}/"):
            # The path of a proxy or a mount (ASGI, `root_path`).
            path = path.removeprefix(root)
        allowed: set[str] = set()
        for target, path_params in self._paths.find(path):
            if scope["method"] in target.methods:
                return target, path_params
            allowed |= target.methods
        if allowed:
            raise MethodNotAllowed(sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))
        return _UNKNOWN, {}


def _target(path: str, context: RouteContext) -> _Target:
    methods, route = frozenset(context.methods or ()), context.original_route
    if not isinstance(route, ContractRoute):
        return _Target(path, methods)
    limit, is_socket = max_body_bytes(route.operation), SWITCHED in route.operation.statuses
    return _Target(path, methods, route, _direct_call(context.dependant), limit, is_socket)


def max_body_bytes(operation: Operation) -> int | None:
    """Return the operation's `x-max-body-bytes`; None where the setting applies."""
    return cast("int | None", operation.extensions.get("x-max-body-bytes"))


def _direct_call(route: Dependant) -> Call | None:
    """Return a call of the route; None if something but the request has to be read for it."""
    if _reads_parameters(route) or not all(map(_takes_the_request, route.dependencies)):
        return None
    endpoint: Callable[..., Any] = route.call  # type: ignore[assignment]
    own = route.request_param_name
    providers: list[tuple[str | None, Callable[..., Any]]] = [
        (it.name, it.call) for it in route.dependencies if it.call
    ]

    async def call(request: Request) -> Response:
        overrides = request.app.dependency_overrides
        arguments: dict[str, object] = {own: request} if own else {}
        for name, provide in providers:
            value = await overrides.get(provide, provide)(request)
            if name:
                arguments[name] = value
        response: Response = await endpoint(**arguments)
        return response

    return call


def _takes_the_request(dependency: Dependant) -> bool:
    provide = dependency.call
    if provide is None or dependency.request_param_name is None or dependency.dependencies:
        return False
    return iscoroutinefunction(provide) and len(signature(provide).parameters) == 1


def _reads_parameters(route: Dependant) -> bool:
    return bool(
        route.path_params
        or route.query_params
        or route.header_params
        or route.cookie_params
        or route.body_params
        or route.response_param_name
        or route.background_tasks_param_name
    )
