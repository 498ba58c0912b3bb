"""The route class of every generated route: the contract's word on a request, in order.

1. Who calls (`security`) and how often (`x-rate-limit`), before a byte of the body is read.
2. The names of query parameters, and what may occur once (422).
3. The body's coding and media type (415), and whether it can be read at all (400).
4. Parameters and body as JSON, judged by the contract's schemas (422).
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from app.api.deps import resources
from app.api.request.arguments import ARGUMENTS
from app.api.request.body import ContractRequest
from app.api.request.conformance import Conformance
from app.api.request.limits import client_network, enforce
from app.api.request.parameters import LIST_HEADERS
from app.api.request.response import (
    ANNOUNCEMENTS,
    OPERATION,
    QUOTA_HEADERS,
    announcements,
    complete,
)
from app.api.request.security import authenticate, require_readers
from app.core import context
from app.core.context import Client
from app.core.exceptions import InsufficientScope, OperationNotImplemented, Unauthorized
from app.schemas.operation import Operation

Headers = list[tuple[bytes, bytes]]

_MAX_AGENT = 200


def contract_route(operations: Mapping[str, Operation]) -> type[APIRoute]:
    """Return the route class for the operations of one contract."""
    require_readers(operations.values())
    literals = {one.path for one in operations.values() if "{" not in one.path}

    class ContractRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            operation = operations[str(self.operation_id)]
            handle = super().get_route_handler()
            announced = announcements(operation)

            async def answer(request: Request) -> Response:
                # OpenAPI: `/users/me` is no `/users/{user_id}`, whatever the method; the router
                # thinks so only of methods that both have.
                concrete = operation.template.format(**request.path_params)
                if concrete != operation.template and concrete in literals:
                    raise HTTPException(405)
                request.scope[OPERATION] = operation
                request.scope[ANNOUNCEMENTS] = announced
                await _admit(request, operation)
                scope = {**request.scope, "headers": _one_line_each(request.scope["headers"])}
                read = ContractRequest(scope, request.receive)
                response = await _answer(read, operation, handle)
                return complete(read.scope, response)

            return answer

    return ContractRoute


def _one_line_each(headers: Headers) -> Headers:
    """Join the lines of a field that holds a list: they mean the same (RFC 9110, section 5.3)."""
    lists = LIST_HEADERS & {name for name, _ in headers}
    joined = [(name, b", ".join(line for n, line in headers if n == name)) for name in lists]
    return [(name, line) for name, line in headers if name not in lists] + joined


async def _admit(request: Request, operation: Operation) -> None:
    """Find out who calls and count the request; a caller who is refused is counted by address.

    Whether the caller's session still lasts is learnt with the count, in one round trip.
    """
    principal, refusal = None, None
    agent = request.headers.get("user-agent", "").replace("\0", "")[:_MAX_AGENT]
    context.client.set(Client(address=client_network(request), user_agent=agent or None))
    try:
        principal = await authenticate(request, operation)
    except (Unauthorized, InsufficientScope) as error:
        refusal = error
    request.state.principal = principal
    gate = resources(request).session_gate if principal and principal.session_id else None
    key = gate.key(principal) if gate else None
    decision = await enforce(request, operation, principal, key)
    request.scope[QUOTA_HEADERS] = decision.headers()
    if refusal is not None:
        raise refusal
    if gate and principal:
        await gate.admit(principal, decision.note)


async def _answer(
    request: ContractRequest,
    operation: Operation,
    handle: Callable[[Request], Coroutine[Any, Any, Response]],
) -> Response:
    conformance: Conformance = request.app.state.conformance
    try:
        request.scope[ARGUMENTS] = await conformance.read(operation, request)
        return await handle(request)
    except OperationNotImplemented:
        if request.app.state.settings.unimplemented != "mock":
            raise
        return conformance.example(operation)
    finally:
        await request.close()  # the files of a form
