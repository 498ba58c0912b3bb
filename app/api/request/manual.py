"""Routes that are written by hand, for operations with `x-manual-route`."""

from collections.abc import Callable
from typing import TypeVar, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel

from app.api.request.arguments import Endpoint, typed
from app.api.request.body import ContractRequest
from app.api.request.response import OPERATION, RULES
from app.api.request.route import ContractRoute
from app.api.request.rules import Rules
from app.schemas.operation import Operation

Model = TypeVar("Model", bound=BaseModel)


def manual_route(router: APIRouter, operation: Operation) -> Callable[[Endpoint], Endpoint]:
    """Return a decorator that adds a function to a router as the route of an operation.

    Path and method come from the contract, and what holds for generated routes holds here: caller
    and scopes, rate limit, parameters, media type and size of the body, errors as problems, request
    id, log line, metrics, and the comparison of the response. Only the body is not read.

    Args:
        router: Its route class is that of `contract_route`.
        operation: An operation with `x-manual-route`.

    Raises:
        TypeError: The route class is another one.
        RuntimeError: The generator writes the route.
    """
    if not issubclass(router.route_class, ContractRoute):
        raise TypeError(f"{operation.operation_id}: APIRouter needs route_class=contract_route()")
    if not operation.is_manual:
        raise RuntimeError(f"{operation.operation_id} has no x-manual-route")

    def decorate(endpoint: Endpoint) -> Endpoint:
        router.add_api_route(
            operation.template,
            typed(operation)(endpoint),
            methods=[operation.method],
            operation_id=operation.operation_id,
            response_model=None,
        )
        return endpoint

    return decorate


async def read_body(request: Request, model: type[Model]) -> Model:
    """Read the body of a manual route as the contract says; `request.body()` still has its bytes.

    Raises:
        MalformedBody: It is not what its media type says.
        ValidationFailed: The contract refuses it.
    """
    operation: Operation = request.scope[OPERATION]
    rules: Rules = request.scope[RULES]
    value = await rules.conformance.read_body(operation, cast("ContractRequest", request))
    return model.model_validate(value)
