"""The body of an error: a Problem, or what the contract declares in its place.

This is the one place that knows another error schema: `MEMBERS` says what its members mean. Where
that is not enough, write the body by hand in `error_body`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from app.api.request.sample import Node, References, samples

PROBLEM = "application/problem+json"
_MAX_NAMED = 5

MEMBERS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(
        ("message", "msg", "detail", "details", "description", "errordescription", "errormessage"),
        ("detail",),
    ),
    **dict.fromkeys(("reason", "userfriendlyerror", "developermessage"), ("detail",)),
    **dict.fromkeys(("title", "error", "summary"), ("title",)),
    **dict.fromkeys(("code", "errorcode", "type", "errortype"), ("code", "status")),
    **dict.fromkeys(("status", "statuscode", "httpstatus"), ("status", "code")),
    **dict.fromkeys(("id", "requestid", "correlationid", "reference"), ("request_id",)),
    **dict.fromkeys(("traceid",), ("trace_id",)),
    **dict.fromkeys(("instance", "path"), ("instance",)),
}
"""Name of a member, in lower case without separators -> the members of a Problem that it may be."""


class Judge(References, Protocol):
    """The contract, as it describes responses."""

    def allows(self, pointer: str, value: object) -> bool:
        """Tell whether the schema at a pointer allows a value."""


def error_body(
    contract: Judge, pointer: str, content: Node, problem: Mapping[str, Any]
) -> tuple[object, str | None]:
    """Return body and media type of an error; nothing if the contract declares no body.

    Args:
        contract: The contract, as it describes responses.
        pointer: Where it describes this response.
        content: Media type -> what it says of the body.
        problem: The error as a problem document (RFC 9457).
    """
    if PROBLEM in content and _is_valid(contract, pointer, PROBLEM, content, problem):
        return problem, PROBLEM
    named = _naming_fields(problem)
    for media_type in sorted(content, key=lambda name: "json" not in name):
        written = media_type.replace("*/*", "application/json").replace("/*", "/json")
        if "json" not in written:
            return named["detail"], media_type.replace("*", "plain")
        for body in (problem, *_made(contract, content[media_type], named)):
            if _is_valid(contract, pointer, media_type, content, body):
                return body, written
    return (problem, PROBLEM) if content else (None, None)


def _is_valid(contract: Judge, pointer: str, media_type: str, content: Node, body: object) -> bool:
    if "schema" not in content[media_type]:
        return True
    key = media_type.replace("~", "~0").replace("/", "~1")
    return contract.allows(f"{pointer}/content/{key}/schema", body)


def _naming_fields(problem: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a problem whose detail names the first refused fields."""
    if not (errors := problem.get("errors")):
        return problem
    named = []
    for error in errors[:_MAX_NAMED]:
        place = f"{error['location']} {error.get('pointer', error.get('name', ''))}".strip()
        named.append(f"{place}: {error['detail']}")
    return {**problem, "detail": "; ".join(named)}


def _made(contract: Judge, described: Node, problem: Mapping[str, Any]) -> list[object]:
    """Return bodies whose members are those of the problem, as far as their names say so."""

    def hint(name: str) -> Sequence[object]:
        plain = "".join(letter for letter in name.lower() if letter.isalnum())
        return [problem[member] for member in MEMBERS.get(plain, ()) if member in problem]

    return [*reversed(list(samples(contract, described.get("schema", {}), hint)))]
