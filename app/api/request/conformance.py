"""Validates requests and responses against the contract, by jsonschema-rs."""

import logging
from collections.abc import Mapping
from functools import cache
from typing import Any, cast
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import JSONResponse, StreamingResponse
from jsonschema_rs import Registry, Validator, validator_for
from pydantic_core import from_json

from app.api.error_body import PROBLEM, error_body
from app.api.request.response import ReplayedResponse
from app.core.exceptions import ContractViolation, OperationNotImplemented
from app.core.formats import EMAIL_OPTIONS
from app.schemas.operation import Operation
from app.telemetry.metrics import CONTRACT_VIOLATIONS

logger = logging.getLogger(__name__)

_CONTRACT = "urn:contract"

Node = Mapping[str, Any]


class Example(JSONResponse):
    """The contract's own example; it has none of the headers that a service would supply."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - the type that Starlette declares
        """Return the example as its media type writes it: JSON, or the text itself."""
        if str(self.media_type).endswith("json"):
            return super().render(content)
        return str(content).encode()


class Conformance:
    """Compares raw bodies, statuses and headers with the contract.

    Args:
        document: The bundled contract.
        digest: What tells this contract from that of another release.
        check_bodies: Whether to validate bodies; production only looks at statuses.
    """

    def __init__(self, document: Node, *, digest: str, check_bodies: bool) -> None:
        self.check_bodies = check_bodies
        self._digest = digest
        self._document = document
        self._registry = Registry([(_CONTRACT, dict(document))])
        self._validator = cache(self._make_validator)

    def response_headers(self) -> frozenset[str]:
        """Return the names of all headers that the contract declares for responses."""
        return frozenset(
            name
            for path in self._document["paths"].values()
            for operation in path.values()
            if "responses" in operation
            for response in operation["responses"].values()
            for name in self.dereference(response).get("headers", {})
        )

    def request_fault(self, operation: Operation, body: object) -> str | None:
        """Return why the contract refuses a request's body, or None."""
        if not self.check_bodies or body is None:
            return None
        pointer = f"{_path(operation)}/requestBody"
        media_type = operation.media_types[0]
        return self._fault(f"{pointer}/content/{_escape(media_type)}/schema", body)

    def check(self, operation: Operation, response: Response) -> None:
        """Check a response before it is sent.

        Raises:
            ContractViolation: The response breaks the contract; production logs that instead.
        """
        if (fault := self._response_fault(operation, response)) is None:
            return
        violation = ContractViolation(f"{operation.operation_id}: {fault}.")
        if self.check_bodies:
            raise violation
        CONTRACT_VIOLATIONS.labels(operation.operation_id).inc()
        logger.error(violation.detail)

    def _response_fault(self, operation: Operation, response: Response) -> str | None:
        status = response.status_code
        if status == OperationNotImplemented.status or isinstance(response, Example):
            return None
        if isinstance(response, ReplayedResponse) and response.contract != self._digest:
            return None
        if status not in operation.statuses:
            return f"status {status} is not declared"
        if not self.check_bodies:
            return None
        pointer, declared = self._resolve(f"{_path(operation)}/responses/{status}")
        faults = [
            self._header_fault(f"{pointer}/headers/{_escape(name)}", name, response.headers)
            for name in declared.get("headers", {})
        ]
        faults.append(self._body_fault(f"{pointer}/content", declared.get("content", {}), response))
        return next((fault for fault in faults if fault), None)

    def _body_fault(self, pointer: str, content: Node, response: Response) -> str | None:
        streamed = isinstance(response, StreamingResponse)
        if not content and not streamed and not response.body:
            return None
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if media_type not in content:
            return f"media type {media_type!r} is not declared for status {response.status_code}"
        if streamed or not media_type.endswith("json"):
            return None
        body = from_json(bytes(response.body))
        return self._fault(f"{pointer}/{_escape(media_type)}/schema", body)

    def example(self, operation: Operation) -> Response:
        """Return the contract's first example of the operation's first success.

        Raises:
            OperationNotImplemented: The contract has no such example.
        """
        status = min(operation.statuses)
        _, response = self._resolve(f"{_path(operation)}/responses/{status}")
        for media_type, content in response.get("content", {}).items():
            for example in content.get("examples", {}).values():
                value = self.dereference(example)["value"]
                return Example(value, status_code=status, media_type=media_type)
        raise OperationNotImplemented(operation.operation_id)

    def error_parts(
        self, operation: Operation | None, problem: Mapping[str, Any]
    ) -> tuple[object, str | None, Mapping[str, str]]:
        """Return body, media type and required headers of an error, as the contract has it."""
        if operation is None or problem["status"] not in operation.statuses:
            return problem, PROBLEM, {}
        pointer, declared = self._resolve(f"{_path(operation)}/responses/{problem['status']}")
        body, media_type = error_body(self, pointer, declared.get("content", {}), problem)
        return body, media_type, {}

    def allows(self, pointer: str, value: object) -> bool:
        """Tell whether the schema at a pointer allows a value."""
        return self._fault(pointer, value) is None

    def _header_fault(self, pointer: str, name: str, headers: Mapping[str, str]) -> str | None:
        pointer, header = self._resolve(pointer)
        value = headers.get(name.lower())
        if value is None:
            return f"header {name} is missing" if header.get("required") else None
        kind = self.dereference(header["schema"]).get("type")
        parsed = int(value) if kind == "integer" and value.isdecimal() else value
        fault = self._fault(f"{pointer}/schema", parsed)
        return f"header {name}: {fault}" if fault else None

    def _fault(self, pointer: str, value: object) -> str | None:
        error = next(self._validator(pointer).iter_errors(cast("Any", value)), None)
        return (
            None
            if error is None
            else f"{error.message} at /{'/'.join(map(str, error.instance_path))}"
        )

    def _make_validator(self, pointer: str) -> Validator:
        return validator_for(
            {"$ref": f"{_CONTRACT}#{quote(pointer)}"},
            registry=self._registry,
            validate_formats=True,
            # The message is logged, and the body may hold a password.
            mask="the value",
            email_options=EMAIL_OPTIONS,
        )

    def _resolve(self, pointer: str) -> tuple[str, Node]:
        node: Any = self._document
        for part in pointer.split("/")[1:]:
            node = self.dereference(node)[part.replace("~1", "/").replace("~0", "~")]
        return (node["$ref"][1:], self.dereference(node)) if "$ref" in node else (pointer, node)

    def dereference(self, node: Node) -> Node:
        """Return what a reference leads to, or the node itself."""
        return self._resolve(node["$ref"][1:])[1] if "$ref" in node else node


def _path(operation: Operation) -> str:
    return f"/paths/{_escape(operation.path)}/{operation.method.lower()}"


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
