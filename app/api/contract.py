"""The route class of every generated route: the contract's word on a request, in order.

1. Who calls (`security`) and how often (`x-rate-limit`), before a byte of the body is read.
2. The body's media type (415) and whether it can be read at all (400).
3. In development and tests, the raw body against the contract's schema: models and contract may not
disagree.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.api.conformance import Conformance
from app.api.deps import resources
from app.api.outgoing import OPERATION, QUOTA_HEADERS, complete
from app.api.rate_limit import client_network, enforce
from app.api.security import authenticate
from app.core import audit
from app.core.audit import Client
from app.core.exceptions import (
    ContractViolation,
    InsufficientScope,
    MalformedBody,
    OperationNotImplemented,
    Unauthorized,
    UnsupportedMediaType,
)
from app.schemas.operation import Operation

Headers = list[tuple[bytes, bytes]]

_MAX_AGENT = 200
_LISTS = frozenset({b"if-match", b"if-none-match"})


class ContractRequest(Request):
    """A request whose JSON is read as RFC 8259 has it: UTF-8, no NaN, no lone surrogate."""

    async def json(self) -> Any:  # noqa: ANN401 - the type that Starlette declares
        """Return the body as Python objects.

        Raises:
            MalformedBody: The body is not JSON.
        """
        if not hasattr(self, "_json"):
            try:
                self._json = from_json(await self.body(), allow_inf_nan=False)
            except ValueError as error:
                raise MalformedBody(f"The body is not valid JSON: {error}.") from error
        return self._json

    async def read_form(self) -> FormData:
        """Return the parts of a form.

        Raises:
            MalformedBody: The body is not a form.
        """
        try:
            return await self.form()
        except HTTPException as error:
            raise MalformedBody(f"The form cannot be read: {error.detail}") from error

    async def read_fields(self, known: Sequence[str]) -> dict[str, str | UploadFile]:
        """Return the fields of a form; empty ones count as left out (RFC 6749, section 3.2).

        Raises:
            MalformedBody: The body is not a form, or has a known field twice.
        """
        form = await self.read_form()
        if doubled := next((name for name in known if len(form.getlist(name)) > 1), None):
            raise MalformedBody(f"The form has the field {doubled} twice.")
        fields = {name: value for name, value in form.items() if value != ""}
        self._form = FormData(fields)
        return fields


def contract_route(operations: Mapping[str, Operation]) -> type[APIRoute]:
    """Return the route class for the operations of one contract."""
    literals = {one.path for one in operations.values() if "{" not in one.path}

    class ContractRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            operation = operations[str(self.operation_id)]
            handle = super().get_route_handler()

            async def answer(request: Request) -> Response:
                # OpenAPI: `/users/me` is no `/users/{user_id}`, whatever the method; the router
                # thinks so only of methods that both have.
                concrete = operation.path.format(**request.path_params)
                if concrete != operation.path and concrete in literals:
                    raise HTTPException(405)
                request.scope[OPERATION] = operation
                await _admit(request, operation)
                scope = {**request.scope, "headers": _one_line_each(request.scope["headers"])}
                read = ContractRequest(scope, request.receive)
                response = await _answer(read, operation, handle)
                return complete(read.scope, response)

            return answer

    return ContractRoute


def _one_line_each(headers: Headers) -> Headers:
    """Join the lines of a field that holds a list: they mean the same (RFC 9110, section 5.3)."""
    lists = _LISTS & {name for name, _ in headers}
    joined = [(name, b", ".join(line for n, line in headers if n == name)) for name in lists]
    return [(name, line) for name, line in headers if name not in lists] + joined


async def _admit(request: Request, operation: Operation) -> None:
    """Find out who calls and count the request; a caller who is refused is counted by address.

    Whether the caller's session still lasts is learnt with the count, in one round trip.
    """
    principal, refusal = None, None
    agent = request.headers.get("user-agent", "").replace("\0", "")[:_MAX_AGENT]
    audit.client.set(Client(address=client_network(request), user_agent=agent or None))
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
    raw = await _read_body(request, operation)
    fault = conformance.request_fault(operation, raw)
    try:
        response = await handle(request)
    except RequestValidationError as error:
        refused = any(detail["loc"][0] == "body" for detail in error.errors())
        if conformance.check_bodies and refused and raw is not None and fault is None:
            raise ContractViolation(
                f"The models refuse a body that the contract allows: {error.errors()[0]['msg']}"
            ) from None
        raise
    except OperationNotImplemented:
        if request.app.state.settings.unimplemented != "mock":
            raise
        return conformance.example(operation)
    if fault is not None:
        raise ContractViolation(f"The models accept a body that the contract refuses: {fault}")
    return response


async def _read_body(request: ContractRequest, operation: Operation) -> object:
    """Return the body as the contract's schema sees it; None when there is nothing to check."""
    if not operation.media_types:
        return None
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not media_type and not await request.body():
        return None
    if media_type not in operation.media_types:
        raise UnsupportedMediaType(operation.media_types)
    if media_type.endswith("json"):
        return await request.json() if await request.body() else None
    if media_type == "application/x-www-form-urlencoded":
        return await request.read_fields(operation.form)
    await request.read_form()
    return None
