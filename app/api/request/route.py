"""The route class of every generated route: the contract's word on a request, in order.

1. Who calls (`security`) and how often (`x-rate-limit`), before a byte of the body is read.
2. The names of query parameters, and what may occur once (422).
3. The body's coding and media type (415), and whether it can be read at all (400).
4. In development and tests, the raw body against the contract's schema: models and contract may not
disagree.
"""

import json
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.api.request.admission import admit
from app.api.request.conformance import Conformance
from app.api.request.parameters import LIST_HEADERS, Parameters
from app.api.request.response import (
    ANNOUNCEMENTS,
    OPERATION,
    announcements,
    complete,
)
from app.core.exceptions import (
    ContractViolation,
    MalformedBody,
    OperationNotImplemented,
    UnsupportedMediaType,
)
from app.schemas.operation import Operation

Headers = list[tuple[bytes, bytes]]

_MAX_NAME = 100
_CODING, _DECODED = "content-encoding", {"", "identity"}


def _refuse_duplicates(members: Sequence[tuple[str, object]]) -> None:
    if len(dict(members)) == len(members):
        return
    (name, _), *_ = Counter(name for name, _ in members).most_common(1)
    raise ValueError(f"an object has the member {name[:_MAX_NAME]!r} twice")


# `from_json` would keep the last of several members with one name. Numbers do not matter here.
_DUPLICATES = json.JSONDecoder(object_pairs_hook=_refuse_duplicates, parse_int=str, parse_float=str)


class ContractRequest(Request):
    """A request whose JSON is read as I-JSON has it (RFC 7493).

    That is UTF-8, no NaN, no lone surrogate, and no two members of one object with one name.
    """

    async def json(self) -> Any:  # noqa: ANN401 - the type that Starlette declares
        """Return the body as Python objects.

        Raises:
            MalformedBody: The body is not JSON.
        """
        if not hasattr(self, "_json"):
            try:
                body = await self.body()
                value = from_json(body, allow_inf_nan=False)
                _DUPLICATES.decode(body.decode())
                self._json = value
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
            raise MalformedBody(f"The form has the field {doubled!r} twice.")
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
            announced, parameters = announcements(operation), Parameters(operation)
            has_template = "{" in operation.path

            async def answer(received: Request) -> Response:
                # OpenAPI: `/users/me` is no `/users/{user_id}`, whatever the method; the router
                # thinks so only of methods that both have.
                if has_template and operation.path.format_map(received.path_params) in literals:
                    raise HTTPException(405)
                scope = received.scope
                scope[OPERATION], scope[ANNOUNCEMENTS] = operation, announced
                scope["headers"] = _one_line_each(scope["headers"])
                request = ContractRequest(scope, received.receive)
                request.state.principal = await admit(request, operation)
                parameters.check(request)
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
    except NotImplementedError as error:
        if error.args != (operation.operation_id,):
            raise  # It comes from somewhere else than the interface of the service.
        if request.app.state.settings.unimplemented != "mock":
            raise OperationNotImplemented(operation.operation_id) from None
        return conformance.example(operation)
    if fault is not None:
        raise ContractViolation(f"The models accept a body that the contract refuses: {fault}")
    return response


async def _read_body(request: ContractRequest, operation: Operation) -> object:
    """Return the body as the contract's schema sees it; None when there is nothing to check."""
    if not operation.media_types:
        return None
    if any(coding.strip().lower() not in _DECODED for coding in request.headers.getlist(_CODING)):
        raise UnsupportedMediaType(
            "Send the body uncompressed, without Content-Encoding.",
            headers={"Accept-Encoding": "identity"},
        )
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not media_type and not await request.body():
        return None
    if media_type not in operation.media_types:
        raise UnsupportedMediaType(f"Send the body as {' or '.join(operation.media_types)}.")
    if media_type.endswith("json"):
        return await request.json() if await request.body() else None
    if media_type == "application/x-www-form-urlencoded":
        return await request.read_fields(operation.form_fields)
    await request.read_form()
    return None
