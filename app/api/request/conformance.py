"""Judges requests, and in development and tests responses, by the contract."""

import logging
from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic_core import from_json

from app.api.error_body import PROBLEM, error_body
from app.api.request.body import Bodies, ContractRequest
from app.api.request.contract import Contract, Node, escape
from app.api.request.mock import mock_response, required_headers
from app.api.request.parameters import Parameters
from app.api.request.response import ReplayedResponse
from app.api.request.texts import Texts
from app.core.exceptions import ContractViolation, ValidationFailed
from app.schemas.operation import Operation
from app.telemetry.metrics import CONTRACT_VIOLATIONS

logger = logging.getLogger(__name__)


class Conformance:
    """Compares requests, statuses, headers and bodies with the contract.

    Args:
        document: The bundled contract.
        digest: What tells this contract from that of another release.
        check_bodies: Whether to validate responses; production only looks at their statuses.
    """

    def __init__(self, document: Node, *, digest: str, check_bodies: bool) -> None:
        self.check_bodies = check_bodies
        self.digest = digest
        self._document = document
        self._requests = Contract(document, "request")
        self._readers: dict[str, tuple[Parameters, Bodies]] = {}

    @cached_property
    def _responses(self) -> Contract:
        return Contract(self._document, "response")

    @cached_property
    def response_headers(self) -> frozenset[str]:
        """Return the names of all headers that the contract declares for responses."""
        return frozenset(
            name
            for path in self._document["paths"].values()
            for operation in path.values()
            if isinstance(operation, dict) and "responses" in operation
            for response in operation["responses"].values()
            for name in self._requests.dereference(response).get("headers", {})
        )

    def prepare(self, operation: Operation) -> None:
        """Compile what the contract says of an operation's requests, once."""
        if operation.operation_id in self._readers:
            return
        contract = self._requests
        pointer, item = contract.resolve(f"/paths/{escape(operation.path)}")
        parameters = Parameters(contract, operation, item, pointer)
        bodies = Bodies(contract, operation, f"{pointer}/{operation.method.lower()}")
        self._readers[operation.operation_id] = parameters, bodies

    async def read(self, operation: Operation, request: ContractRequest) -> dict[str, Any]:
        """Return what a request says, by the names in Python.

        Raises:
            ValidationFailed: The contract refuses it.
            MalformedBody: The body is not what its media type says.
            UnsupportedMediaType: The contract has no such body.
        """
        if operation.operation_id not in self._readers:
            self.prepare(operation)
        parameters, bodies = self._readers[operation.operation_id]
        parameters.check_names(request)
        body, wrong = await bodies.read(request) if operation.bodies else ({}, [])
        values, errors = parameters.read(request)
        if errors or wrong:
            raise ValidationFailed([*errors, *wrong])
        return values | body

    async def read_body(
        self, operation: Operation, request: ContractRequest
    ) -> Any:  # noqa: ANN401
        """Return the body of a manual route as JSON, None without one.

        Raises:
            ValidationFailed: The contract refuses it.
            MalformedBody: The body is not what its media type says.
        """
        _, bodies = self._readers[operation.operation_id]
        return await bodies.read_value(request)

    def check(self, operation: Operation, response: Response) -> None:
        """Check a response before it is sent.

        Raises:
            ContractViolation: The response breaks the contract; production logs that instead.
        """
        if not self.check_bodies and response.status_code in operation.statuses:
            return
        if (fault := self._response_fault(operation, response)) is None:
            return
        violation = ContractViolation(f"{operation.operation_id}: {fault}.")
        if self.check_bodies:
            raise violation
        CONTRACT_VIOLATIONS.labels(operation.operation_id).inc()
        logger.error(violation.detail)

    def mock(self, operation: Operation, headers: Mapping[str, str]) -> Response:
        """Return the contract's own response to a request with these headers.

        Raises:
            PreferenceRefused: The contract has no such response.
            OperationNotImplemented: The contract has none at all.
        """
        prefer, accept = headers.get("prefer", ""), headers.get("accept", "")
        return mock_response(self._responses, operation, prefer=prefer, accept=accept)

    def _response_fault(self, operation: Operation, response: Response) -> str | None:
        status = response.status_code
        if isinstance(response, ReplayedResponse) and response.contract != self.digest:
            return None
        if (key := operation.response_key(status)) is None:
            return f"status {status} is not declared"
        if not self.check_bodies:
            return None
        where = f"/paths/{escape(operation.path)}/{operation.method.lower()}/responses/{key}"
        pointer, declared = self._responses.resolve(where)
        faults = [
            self._header_fault(f"{pointer}/headers/{escape(name)}", name, response.headers)
            for name in declared.get("headers", {})
            if name.lower() != "content-type"
        ]
        faults.append(self._body_fault(f"{pointer}/content", declared.get("content", {}), response))
        return next((fault for fault in faults if fault), None)

    def _body_fault(self, pointer: str, content: Node, response: Response) -> str | None:
        streamed = isinstance(response, StreamingResponse)
        if not content and not streamed and not response.body:
            return None
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if (key := media_key(content, media_type)) is None:
            return f"media type {media_type!r} is not declared for status {response.status_code}"
        if streamed or not media_type.endswith("json") or "schema" not in content[key]:
            return None
        body = from_json(bytes(response.body))
        return self._fault(f"{pointer}/{escape(key)}/schema", body)

    def error_parts(
        self, operation: Operation, problem: Mapping[str, Any]
    ) -> tuple[object, str | None, Mapping[str, str]]:
        """Return body, media type and required headers of an error, as the contract has it."""
        if (key := operation.response_key(problem["status"])) is None:
            return problem, PROBLEM, {}
        where = f"/paths/{escape(operation.path)}/{operation.method.lower()}/responses/{key}"
        pointer, declared = self._responses.resolve(where)
        content = declared.get("content", {})
        body, media_type = error_body(self._responses, pointer, content, problem)
        return body, media_type, required_headers(self._responses, declared)

    def _header_fault(self, pointer: str, name: str, headers: Mapping[str, str]) -> str | None:
        pointer, header = self._responses.resolve(pointer)
        value = headers.get(name.lower())
        if value is None:
            return f"header {name} is missing" if header.get("required") else None
        if "schema" not in header:
            return None
        texts = Texts(self._responses, header["schema"])
        structured = texts.is_array or texts.is_object
        parsed = (
            texts.split(value, ",", explode=header.get("explode", False))
            if structured
            else texts.scalar(value)
        )
        fault = self._fault(f"{pointer}/schema", parsed)
        return f"header {name}: {fault}" if fault else None

    def _fault(self, pointer: str, value: object) -> str | None:
        error = next(self._responses.validator(pointer).iter_errors(cast("Any", value)), None)
        return (
            None
            if error is None
            else f"{error.message} at /{'/'.join(map(str, error.instance_path))}"
        )


def media_key(content: Node, media_type: str) -> str | None:
    """Return the key of the content that describes a media type, or its range."""
    bare = {key.partition(";")[0].strip().lower(): key for key in content}
    known = (media_type.lower(), f"{media_type.partition('/')[0]}/*", "*/*")
    return next((bare[name] for name in known if name in bare), None)
