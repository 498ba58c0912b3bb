"""Passes what a request says to a route, in the types of the route's signature."""

import inspect
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Any

from fastapi import Request, Response
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from app.core.exceptions import ContractViolation
from app.schemas.operation import Operation

ARGUMENTS = "contract.arguments"
"""Key of the judged values in the ASGI scope, by their names in Python."""

Endpoint = Callable[..., Awaitable[Response]]


class _Typed:
    """The types of a route's arguments; made at the first request, when all models exist."""

    def __init__(self, operation: Operation, signature: inspect.Signature) -> None:
        self._operation = operation
        self._parameters = signature.parameters

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        fields = {
            python: Any if place == "file" else self._parameters[python].annotation
            for python, (place, _) in self._operation.arguments.items()
        }
        return TypeAdapter(TypedDict(self._operation.operation_id, fields))  # type: ignore[operator]

    def read(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values with their types.

        Raises:
            ContractViolation: The models do not take what the contract allows.
        """
        try:
            typed: dict[str, Any] = self._adapter.validate_python(
                values, by_alias=True, by_name=False
            )
        except ValidationError as error:
            # The message, and not the input: it may hold a password.
            first = error.errors(include_input=False, include_url=False)[0]
            where = "/".join(map(str, first["loc"]))
            raise ContractViolation(
                f"The models refuse what the contract allows: {first['msg']} at {where}"
            ) from None
        return typed


def typed(operation: Operation) -> Callable[[Endpoint], Endpoint]:
    """Return a decorator that gives a route the arguments of its operation.

    The framework provides the other parameters of the route, which depend on something.
    """

    def decorate(endpoint: Endpoint) -> Endpoint:
        signature = inspect.signature(endpoint)
        arguments = _Typed(operation, signature)
        # A function that is written by hand may want the request too.
        wants_request = "request" in signature.parameters

        async def route(contract_request: Request, **provided: object) -> Response:
            values = arguments.read(contract_request.scope[ARGUMENTS])
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
