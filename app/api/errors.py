"""Converts errors to the responses that the contract declares."""

import logging
import re
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from app.api.discovery import PROTECTED_RESOURCE
from app.api.field_errors import to_field_error
from app.api.request.conformance import Conformance
from app.api.request.response import OPERATION, complete
from app.core.context import request_id, trace_id
from app.core.exceptions import (
    ContractViolation,
    FieldError,
    InternalError,
    MalformedBody,
    MethodNotAllowed,
    NotFound,
    ProblemError,
    ValidationFailed,
)
from app.core.oauth_error import OAuthError

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
    """Register the handlers of all errors."""
    app.add_exception_handler(ProblemError, cast("Any", _answer_problem))
    app.add_exception_handler(RequestValidationError, cast("Any", _answer_validation))
    app.add_exception_handler(OAuthError, cast("Any", _answer_oauth))
    app.add_exception_handler(HTTPException, cast("Any", _answer_http))


def problem_response(scope: Scope, problem: ProblemError) -> Response:
    """Return the problem document (RFC 9457) of an error, checked against the contract."""
    try:
        return complete(scope, _render(scope, problem), is_declared=problem.is_declared)
    except ContractViolation as violation:
        return _render(scope, violation)


def _render(scope: Scope, problem: ProblemError) -> Response:
    if problem.status >= InternalError.status:
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
    conformance: Conformance = scope["app"].state.conformance
    body, media_type, declared = conformance.error_parts(scope.get(OPERATION), document)
    headers = {**declared, **_headers(problem, base)}
    if media_type is None or "json" not in media_type:
        return Response(body, problem.status, headers, media_type)
    return JSONResponse(body, problem.status, headers, media_type)


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


def _field(error: FieldError) -> dict[str, str]:
    members = {
        "location": error.location,
        "pointer": error.pointer,
        "name": error.name and error.name[:_MAX_NAME],
        "code": error.code,
        "detail": error.detail[:_MAX_DETAIL],
    }
    return {name: value for name, value in members.items() if value is not None}


async def _answer_problem(request: Request, problem: ProblemError) -> Response:
    if not _speaks_oauth2(request):
        return problem_response(request.scope, problem)
    if isinstance(problem, MalformedBody):
        return await _answer_oauth(request, OAuthError("invalid_request", problem.detail))
    if isinstance(problem, ValidationFailed) and problem.errors:
        return await _answer_oauth(request, _oauth_error(problem.errors[0]))
    return problem_response(request.scope, problem)


async def _answer_validation(request: Request, error: RequestValidationError) -> Response:
    details = error.errors()
    errors = [to_field_error(detail, error.body) for detail in details[:_MAX_FIELD_ERRORS]]
    return await _answer_problem(request, ValidationFailed(errors, total=len(details)))


def _oauth_error(first: FieldError) -> OAuthError:
    if first.code == "union-tag-invalid":
        return OAuthError("unsupported_grant_type", first.detail)
    name = (first.pointer or "").removeprefix("/") or "body"
    return OAuthError("invalid_request", f"{name}: {first.detail}")


async def _answer_oauth(request: Request, error: OAuthError) -> Response:
    description = _NOT_OAUTH.sub("?", error.description)[:_MAX_DESCRIPTION]
    document = {"error": error.code, "error_description": description}
    return complete(request.scope, JSONResponse(document, 400, {"Cache-Control": "no-store"}))


async def _answer_http(request: Request, error: HTTPException) -> Response:
    problems: dict[int, ProblemError] = {
        400: MalformedBody(str(error.detail)),
        404: NotFound("The API has no such path."),
        405: MethodNotAllowed(_allowed_methods(request)),
    }
    return problem_response(request.scope, problems.get(error.status_code, InternalError()))


def _speaks_oauth2(request: Request) -> bool:
    operation = request.scope.get(OPERATION)
    return operation is not None and operation.error_format == "oauth2"


def _allowed_methods(request: Request) -> Sequence[str]:
    """Return every method of the path; the framework names only those of one route."""
    routes = [
        route
        for route in iter_route_contexts(request.app.routes)
        if route.matches(request.scope)[0] is not Match.NONE
    ]
    # A literal path takes precedence over a template that matches it too.
    literal = [route for route in routes if "{" not in str(route.path)]
    methods = {method for route in literal or routes for method in route.methods or ()}
    if "GET" in methods:
        methods.add("HEAD")
    return sorted(methods)
