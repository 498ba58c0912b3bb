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

from app.api.request.admission import admit
from app.api.request.arguments import ARGUMENTS
from app.api.request.body import ContractRequest
from app.api.request.conformance import Conformance
from app.api.request.parameters import LIST_HEADERS
from app.api.request.response import (
    ANNOUNCEMENTS,
    OPERATION,
    announcements,
    complete,
)
from app.api.request.security import require_readers
from app.core.exceptions import OperationNotImplemented
from app.schemas.operation import Operation

Headers = list[tuple[bytes, bytes]]


def contract_route(operations: Mapping[str, Operation]) -> type[APIRoute]:
    """Return the route class for the operations of one contract."""
    require_readers(operations.values())
    literals = {one.path for one in operations.values() if "{" not in one.path}

    class ContractRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            operation = operations[str(self.operation_id)]
            handle = super().get_route_handler()
            announced = announcements(operation)
            has_template = "{" in operation.template

            async def answer(received: Request) -> Response:
                # OpenAPI: `/users/me` is no `/users/{user_id}`, whatever the method; the router
                # thinks so only of methods that both have.
                if has_template and operation.template.format_map(received.path_params) in literals:
                    raise HTTPException(405)
                scope = received.scope
                scope[OPERATION], scope[ANNOUNCEMENTS] = operation, announced
                scope["headers"] = _one_line_each(scope["headers"])
                request = ContractRequest(scope, received.receive)
                request.state.principal = await admit(request, operation)
                return complete(scope, await _answer(request, operation, handle))

            return answer

    return ContractRoute


def _one_line_each(headers: Headers) -> Headers:
    """Join the lines of a field that holds a list: they mean the same (RFC 9110, section 5.3)."""
    lists = [name for name, _ in headers if name in LIST_HEADERS]
    if len(lists) == len(set(lists)):
        return headers
    joined = [(name, b", ".join(line for n, line in headers if n == name)) for name in set(lists)]
    return [(name, line) for name, line in headers if name not in lists] + joined


async def _answer(
    request: ContractRequest,
    operation: Operation,
    handle: Callable[[Request], Coroutine[Any, Any, Response]],
) -> Response:
    conformance: Conformance = request.app.state.conformance
    try:
        request.scope[ARGUMENTS] = await conformance.read(operation, request)
        if operation.operation_id in request.app.state.mocked:
            return conformance.mock(operation, request.headers)
        return await handle(request)
    except NotImplementedError as error:
        if error.args != (operation.operation_id,):
            raise  # It comes from somewhere else than the interface of the service.
        if request.app.state.settings.unimplemented != "mock":
            raise OperationNotImplemented(operation.operation_id) from None
        return conformance.mock(operation, request.headers)
    finally:
        await request.close()  # the files of a form
