"""The route class of every generated route: the contract's word on a request, in order.

1. Who calls (`security`) and how often (`x-rate-limit`), before a byte of the body is read.
2. The names of query parameters, and what may occur once (422).
3. The body's coding and media type (415), and whether it can be read at all (400).
4. Parameters and body as JSON, judged by the contract's schemas (422).
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import cached_property
from typing import Any, ClassVar, TypeAlias

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Scope

from app.api.request.admission import admit
from app.api.request.arguments import ARGUMENTS
from app.api.request.body import ContractRequest
from app.api.request.exchange import EXCHANGE
from app.api.request.parameters import LIST_HEADERS
from app.api.request.response import FIXED_HEADERS, OPERATION, RULES, FixedHeaders, complete
from app.api.request.rules import Rules
from app.core.exceptions import OperationNotImplemented
from app.schemas.operation import Operation

Call: TypeAlias = Callable[[Request], Awaitable[Response]]
"""Calls the function of a route with what it depends on."""


class ContractRoute(APIRoute):
    """A route of an operation; `app.api.request.dispatch` calls it."""

    version: ClassVar[str]
    operations: ClassVar[Mapping[str, Operation]]

    @cached_property
    def operation(self) -> Operation:
        """Return the operation of the route."""
        return self.operations[str(self.operation_id)]

    @cached_property
    def fixed_headers(self) -> FixedHeaders:
        """Return the headers that all responses of the operation have."""
        return FixedHeaders(self.operation)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what the framework calls for a route with dependencies that it has to solve."""
        call = super().get_route_handler()

        async def handle(received: Request) -> Response:
            return await self.answer(ContractRequest(received.scope, received.receive), call)

        return handle

    def enter(self, scope: Scope) -> Rules:
        """Let the response be that of this operation; return the rules of its version."""
        rules: Rules = scope["app"].state.rules[self.version]
        scope[OPERATION], scope[RULES] = self.operation, rules
        scope[FIXED_HEADERS] = self.fixed_headers
        return rules

    async def answer(self, request: ContractRequest, call: Call) -> Response:
        """Return the response to a request, if `admit` and the contract let it pass to `call`."""
        scope, operation = request.scope, self.operation
        rules = self.enter(scope)
        scope[EXCHANGE].join_lines(LIST_HEADERS)
        request.state.principal = await admit(request, operation, rules)
        try:
            scope[ARGUMENTS] = await rules.conformance.read(operation, request)
            if operation.operation_id in rules.mocked:
                response = rules.conformance.mock(operation, request.headers)
            else:
                response = await call(request)
        except NotImplementedError as error:
            if error.args != (operation.operation_id,):
                raise  # It comes from somewhere else than the interface of the service.
            if rules.settings.unimplemented != "mock":
                raise OperationNotImplemented(operation.operation_id) from None
            response = rules.conformance.mock(operation, request.headers)
        finally:
            await request.close()  # the files of a form
        return complete(scope, response)


def contract_route(version: str, operations: Mapping[str, Operation]) -> type[ContractRoute]:
    """Return the route class for the operations of one version of the contract."""
    return type("ContractRoute", (ContractRoute,), {"version": version, "operations": operations})
