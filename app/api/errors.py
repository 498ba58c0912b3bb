"""Converts errors to the responses that the contract declares."""

import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Scope

from app.api.discovery import PROTECTED_RESOURCE
from app.api.error_body import PROBLEM
from app.api.request.faults import pointer
from app.api.request.response import OPERATION, RULES, complete
from app.api.request.rules import Rules
from app.core.context import request_id, trace_id
from app.core.exceptions import (
    ContractViolation,
    InternalError,
    MalformedBody,
    MethodNotAllowed,
    NotFound,
    ValidationFailed,
)
from app.core.field_codes import FieldCode
from app.core.oauth_error import OAuthError
from app.core.problem import FieldError, ProblemError
from app.schemas.operation import Operation

logger = logging.getLogger(__name__)

# Bounds of the contract's Problem, because clients choose the length of paths and keys.
_MAX_FIELD_ERRORS = 100
_MAX_INSTANCE = 8000
_MAX_NAME = 1000
_MAX_DETAIL = 4000
_MAX_DESCRIPTION = 1000
# Characters that RFC 6749, section 5.2, forbids in descriptions.
_NOT_OAUTH = re.compile(r"[^ !#-\[\]-~]")


def add_error_handlers(app: FastAPI) -> None:
    """Register the errors that the framework would answer; `Gateway` has the others."""
    for kind in (HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    return error_response(request.scope, error)


def error_response(scope: Scope, error: Exception) -> Response:
    """Return the response to an error; what is not expected is logged, and says nothing more."""
    if isinstance(error, OAuthError):
        return _oauth_response(scope, error)
    if isinstance(error, ProblemError):
        return _problem_or_oauth(scope, error)
    if isinstance(error, RequestValidationError):
        return problem_response(scope, ValidationFailed([*map(_to_field_error, error.errors())]))
    problem = _problem_of(error) if isinstance(error, HTTPException) else InternalError()
    problem.__cause__ = problem.__cause__ or error
    return problem_response(scope, problem)


def _problem_of(error: HTTPException) -> ProblemError:
    """Return the problem that an error of the framework stands for."""
    if error.status_code == MethodNotAllowed.status:
        # A mounted application names no methods.
        return MethodNotAllowed((error.headers or {}).get("Allow", "GET, HEAD").split(", "))
    if error.status_code == NotFound.status:
        return NotFound("The API has no such path.")
    is_bad = error.status_code == MalformedBody.status
    return MalformedBody(str(error.detail)) if is_bad else InternalError()


def problem_response(scope: Scope, problem: ProblemError) -> Response:
    """Return the problem document (RFC 9457) of an error, checked against the contract."""
    try:
        return complete(scope, _render(scope, problem), is_declared=problem.is_declared)
    except ContractViolation as violation:
        return _render(scope, violation)


def _render(scope: Scope, problem: ProblemError) -> Response:
    if problem.status >= InternalError.status and problem.is_fault:
        logger.error(problem.detail, exc_info=problem, extra={"code": problem.slug})
    base = scope["app"].state.settings.public_url
    document: dict[str, Any] = {
        "type": f"{base}/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.slug,
        "request_id": request_id.get() or "",
        "trace_id": trace_id() or "",
    }
    if len(instance := _instance(scope["raw_path"])) <= _MAX_INSTANCE:
        document["instance"] = instance
    if problem.errors:
        document["errors"] = [_field(error) for error in problem.errors[:_MAX_FIELD_ERRORS]]
    body, media_type, declared = _parts(scope, document)
    headers = {**declared, **_headers(problem, base)}
    if media_type is None or "json" not in media_type:
        return Response(body, problem.status, headers, media_type)
    return JSONResponse(body, problem.status, headers, media_type)


def _parts(
    scope: Scope, document: Mapping[str, Any]
) -> tuple[object, str | None, Mapping[str, str]]:
    """Return body, media type and required headers of an error, as its operation declares it."""
    operation: Operation | None = scope.get(OPERATION)
    if operation is None:
        return document, PROBLEM, {}
    rules: Rules = scope[RULES]
    return rules.conformance.error_parts(operation, document)


def _headers(problem: ProblemError, base: str) -> dict[str, str]:
    """Return an error's headers; a challenge gets the metadata's URL (RFC 9728, section 5.1)."""
    headers = dict(problem.headers)
    if challenge := headers.get("WWW-Authenticate"):
        comma = "," if "=" in challenge else ""
        headers["WWW-Authenticate"] = (
            f'{challenge}{comma} resource_metadata="{base}{PROTECTED_RESOURCE}"'
        )
    return headers


def _instance(path: bytes) -> str:
    """Return a path as a valid URI reference (RFC 3986)."""
    return quote(re.sub(rb"%(?![0-9A-Fa-f]{2})", b"%25", path), safe="/%:@!$&'()*+,;=")


def _to_field_error(refused: Mapping[str, Any]) -> FieldError:
    """Convert what the framework refuses at a route that is not in the contract."""
    location, *path = map(str, refused["loc"])
    place: Any = location
    return FieldError(
        location=place,
        pointer=pointer(tuple(path)) if place == "body" else None,
        name=".".join(path) if place != "body" else None,
        code=FieldCode.INVALID,
        detail=refused["msg"],
    )


def _field(error: FieldError) -> dict[str, str]:
    members = {
        "location": error.location,
        "pointer": error.pointer,
        "name": error.name and error.name[:_MAX_NAME],
        "code": error.code,
        "detail": error.detail[:_MAX_DETAIL],
    }
    return {name: value for name, value in members.items() if value is not None}


def _problem_or_oauth(scope: Scope, problem: ProblemError) -> Response:
    operation = scope.get(OPERATION)
    if operation is None or operation.error_format != "oauth2":
        return problem_response(scope, problem)
    if isinstance(problem, MalformedBody):
        return _oauth_response(scope, OAuthError("invalid_request", problem.detail))
    if isinstance(problem, ValidationFailed) and problem.errors:
        return _oauth_response(scope, _oauth_error(problem.errors[0]))
    return problem_response(scope, problem)


def _oauth_error(first: FieldError) -> OAuthError:
    if first.code is FieldCode.UNION_TAG:
        return OAuthError("unsupported_grant_type", first.detail)
    name = (first.pointer or "").removeprefix("/") or "body"
    return OAuthError("invalid_request", f"{name}: {first.detail}")


def _oauth_response(scope: Scope, error: OAuthError) -> Response:
    description = _NOT_OAUTH.sub("?", error.description)[:_MAX_DESCRIPTION]
    document = {"error": error.code, "error_description": description}
    answer = JSONResponse(document, 400, {"Cache-Control": "no-store"})
    try:
        return complete(scope, answer)
    except ContractViolation as violation:
        return problem_response(scope, violation)
