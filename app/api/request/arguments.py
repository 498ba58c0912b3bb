"""Passes what a request says to a route, in the types of the route's signature."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import Request, Response
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from app.core.exceptions import ContractViolation
from app.schemas.operation import Operation

ARGUMENTS = "contract.arguments"
"""Key of the judged values in the ASGI scope, by their names in Python."""

Endpoint = Callable[..., Awaitable[Response]]


def typed(operation: Operation) -> Callable[[Endpoint], Endpoint]:
    """Return a decorator that gives a route the arguments of its operation.

    The framework provides the other parameters of the route, which depend on something.
    """

    def decorate(endpoint: Endpoint) -> Endpoint:
        signature = inspect.signature(endpoint)
        # A function that is written by hand may want the request too.
        wants_request = "request" in signature.parameters
        adapter: TypeAdapter[Any] | None = None

        async def route(contract_request: Request, **provided: object) -> Response:
            nonlocal adapter
            # Made at the first request, when all models exist.
            adapter = adapter or _adapter(operation, signature.parameters)
            try:
                values = adapter.validate_python(
                    contract_request.scope[ARGUMENTS], by_alias=True, by_name=False
                )
            except ValidationError as error:
                raise _violation(error) from None
            if wants_request:
                values["request"] = contract_request
            return await endpoint(**provided, **values)

        own = inspect.Parameter(
            "contract_request", inspect.Parameter.KEYWORD_ONLY, annotation=Request
        )
        others = [
            it
            for name, it in signature.parameters.items()
            if name not in operation.arguments and name != "request"
        ]
        route.__signature__ = signature.replace(parameters=[*others, own])  # type: ignore[attr-defined]
        route.__name__, route.__doc__ = endpoint.__name__, endpoint.__doc__
        return route

    return decorate


def _adapter(operation: Operation, parameters: Mapping[str, inspect.Parameter]) -> TypeAdapter[Any]:
    """Return what reads the arguments of an operation into the types of a route's parameters."""
    fields = {
        python: Any if place == "file" else parameters[python].annotation
        for python, (place, _) in operation.arguments.items()
    }
    return TypeAdapter(TypedDict(operation.operation_id, fields))  # type: ignore[operator]


def _violation(error: ValidationError) -> ContractViolation:
    # The message, and not the input: it may hold a password.
    first = error.errors(include_input=False, include_url=False)[0]
    where = "/".join(map(str, first["loc"]))
    return ContractViolation(
        f"The models refuse what the contract allows: {first['msg']} at {where}"
    )
