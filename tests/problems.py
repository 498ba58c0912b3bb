"""The shape of every error."""

import re
from typing import Any

import httpx2

from app import schemas
from app.core.exceptions import CATALOGUE


def assert_problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """Check that the answer is this problem, written as RFC 9457 and the catalogue have it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = dict(answer.json())
    schemas.Problem.model_validate(problem)
    assert problem["code"] == code
    assert problem["status"] == status == CATALOGUE[code].status
    assert problem["title"] == CATALOGUE[code].title
    assert problem["type"].endswith(f"/problems/{code}")
    assert problem["instance"] == answer.request.url.raw_path.decode().partition("?")[0]
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", problem["trace_id"])
    return problem


def challenge_of(answer: httpx2.Response) -> str:
    """Return a challenge without the address of the metadata, which each one has."""
    base = answer.json()["type"].partition("/problems/")[0]
    metadata = f' resource_metadata="{base}/.well-known/oauth-protected-resource"'
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.endswith(metadata)
    return str(challenge.removesuffix(metadata).removesuffix(","))


def refused_fields(answer: httpx2.Response) -> dict[str, str]:
    """Return JSON Pointer or parameter name → code, for each field of a 422."""
    errors = assert_problem(answer, 422, "validation-failed")["errors"]
    return {error.get("pointer", error.get("name")): error["code"] for error in errors}
