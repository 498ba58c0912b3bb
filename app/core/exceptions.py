"""Every error that clients may receive.

ProblemError                    answered as RFC 9457 problem document
├── MalformedBody           400
├── InvalidCursor           400
├── SignatureRefused        400  # part files
├── PreferenceRefused       400  (mocks only)
├── Unauthorized            401
├── InsufficientScope       403
├── PreflightRefused        403
├── OriginRefused           403  # part files
├── NotFound                404
├── MethodNotAllowed        405
├── Conflict                409
├── LostRace                409  (after several retries)
├── PreconditionFailed      412
├── ContentTooLarge         413
├── UnsupportedMediaType    415
├── RangeNotSatisfiable     416  # part files
├── ValidationFailed        422
├── UpgradeRequired         426  # part files
├── TooManyRequests         429
├── InternalError           500
├── ContractViolation       500  (development and tests only)
├── OperationNotImplemented 501
└── ServiceUnavailable      503
"""

from collections.abc import Mapping, Sequence

from app.core.problem import FieldError, ProblemError


class MalformedBody(ProblemError):
    """The body is malformed."""

    slug = "malformed-body"
    title = "The body cannot be read"
    status = 400
    remedy = "Send a well-formed body: JSON in UTF-8 without NaN or Infinity, or a form."


class InvalidCursor(ProblemError):
    """The cursor does not belong to this list."""

    slug = "invalid-cursor"
    title = "The cursor is not valid for this list"
    status = 400
    remedy = "Send the `next` of a page with the same filters and sort keys, or no cursor."

    def __init__(self) -> None:
        super().__init__(f"This list has no page with this cursor. {self.remedy}")


class PreferenceRefused(ProblemError):
    """A mock cannot honour the `Prefer` header."""

    slug = "preference-refused"
    title = "The mock has no such response"
    status = 400
    remedy = "Send the code and the example of a response that the contract declares."
    is_declared = False


class Unauthorized(ProblemError):
    """No valid credentials (RFC 6750, section 3)."""

    slug = "unauthorized"
    title = "Authentication is required"
    status = 401
    remedy = "Get an access token and send it in the Authorization header."

    def __init__(self, detail: str, *, challenge: str = "Bearer") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class InsufficientScope(ProblemError):
    """Valid credentials that lack a scope (RFC 6750, section 3.1)."""

    slug = "insufficient-scope"
    title = "The token lacks a scope"
    status = 403
    remedy = "Request a token with the scopes that the operation needs."

    def __init__(self, scopes: Sequence[str]) -> None:
        wanted = " ".join(scopes)
        detail = f"This operation needs the scopes: {wanted}."
        challenge = f'Bearer error="insufficient_scope", scope="{wanted}"'
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class PreflightRefused(ProblemError):
    """Pages of this origin may not send such a request (Fetch standard, CORS preflight)."""

    slug = "preflight-refused"
    title = "The preflight request is refused"
    status = 403
    remedy = "Add the origin of the page to CORS_ORIGINS, and use a method of the API."


class NotFound(ProblemError):
    """The resource does not exist, or the caller may not see it."""

    slug = "not-found"
    title = "There is no such resource"
    status = 404
    remedy = "Check the path and the identifiers in it."


class MethodNotAllowed(ProblemError):
    """The path does not support the method (RFC 9110, section 15.5.6)."""

    slug = "method-not-allowed"
    title = "The path does not support this method"
    status = 405
    remedy = "Use one of the methods in the Allow header."

    def __init__(self, allowed: Sequence[str]) -> None:
        methods = ", ".join(allowed)
        super().__init__(f"This path supports: {methods}.", headers={"Allow": methods})


class Conflict(ProblemError):
    """A valid request that conflicts with the current state."""

    slug = "conflict"
    title = "The request conflicts with the present state"
    status = 409
    remedy = "Read the current state, and change the fields that `errors` names."


class LostRace(ProblemError):
    """Another transaction changed the same data first; the use case may be retried."""

    slug = "concurrent-update"
    title = "Another request changed the same data"
    status = 409
    remedy = "Read the current state, and send the request again."

    def __init__(self) -> None:
        detail = "Another request changed the same data at the same time. Send this one again."
        super().__init__(detail, headers={"Retry-After": "1"})


class PreconditionFailed(ProblemError):
    """The resource is not the one that If-Match names (RFC 9110, section 13.1.1)."""

    slug = "precondition-failed"
    title = "The resource has changed"
    status = 412
    remedy = "Read the resource again, and repeat the change with its new ETag."


class ContentTooLarge(ProblemError):
    """The body is larger than the server accepts."""

    slug = "content-too-large"
    title = "The body is too large"
    status = 413
    remedy = "Send a smaller body."

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"The body may hold at most {max_bytes} bytes.")


class UnsupportedMediaType(ProblemError):
    """The server does not support the body's media type or coding (RFC 9110, 15.5.16)."""

    slug = "unsupported-media-type"
    title = "The media type is not supported"
    status = 415
    remedy = "Send the body uncompressed, with a Content-Type that the operation accepts."


# part files
class SignatureRefused(ProblemError):
    """The signature of a webhook is not valid, or its timestamp is too old or too new."""

    slug = "signature-refused"
    title = "The signature is not valid"
    status = 400
    remedy = "Sign id, timestamp and body with the shared secret, as Standard Webhooks describes."


class OriginRefused(ProblemError):
    """A page of an unknown origin wants a WebSocket (RFC 6455, section 10.2)."""

    slug = "origin-refused"
    title = "Pages of this origin may not open a WebSocket"
    status = 403
    remedy = "Add the origin of the page to CORS_ORIGINS."
    is_declared = False


class UpgradeRequired(ProblemError):
    """The operation is a WebSocket (RFC 9110, section 15.5.22)."""

    slug = "upgrade-required"
    title = "The operation is a WebSocket"
    status = 426
    remedy = "Send the handshake of a WebSocket (RFC 6455), version 13."


class RangeNotSatisfiable(ProblemError):
    """No byte of the file is in the range (RFC 9110, section 15.5.17)."""

    slug = "range-not-satisfiable"
    title = "The range is outside of the file"
    status = 416
    remedy = "Ask for a range that begins before the size in Content-Range."

    def __init__(self, size: int) -> None:
        content_range = {"Content-Range": f"bytes */{size}"}
        super().__init__(f"The file has {size} bytes.", headers=content_range)


# end part


class ValidationFailed(ProblemError):
    """A field does not satisfy the contract."""

    slug = "validation-failed"
    title = "The request breaks the contract"
    status = 422
    remedy = "Correct the fields that `errors` names."

    def __init__(self, errors: Sequence[FieldError], *, total: int | None = None) -> None:
        # Only the first invalid fields are listed.
        total = len(errors) if total is None else total
        count = "1 field was" if total == 1 else f"{total} fields were"
        super().__init__(f"{count} refused; see errors.", errors=errors)


class TooManyRequests(ProblemError):
    """The caller's quota is used up (RFC 6585, section 4)."""

    slug = "quota-exceeded"
    title = "Too many requests"
    status = 429
    remedy = "Wait for the seconds in Retry-After. RateLimit shows how many requests remain."

    def __init__(self, retry_after_seconds: int) -> None:
        detail = f"The quota is used up. Try again in {retry_after_seconds} s."
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})


class InternalError(ProblemError):
    """The server failed."""

    slug = "internal-error"
    title = "The server failed"
    status = 500
    remedy = "Try again later. If it fails again, report the request_id."

    def __init__(self) -> None:
        super().__init__(
            "The server could not complete this request. Quote the request_id to support."
        )


class ContractViolation(ProblemError):
    """Code or models do not match the contract; checked in development and tests."""

    slug = "contract-violation"
    title = "The server does not satisfy its contract"
    status = 500
    remedy = "Change the service or the contract so that they match."


class OperationNotImplemented(ProblemError):
    """No service implements this operation of the contract yet."""

    slug = "not-implemented"
    title = "The operation is not implemented yet"
    status = 501
    remedy = "Wait for a release that implements the operation."
    is_declared = False

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"{operation_id} is in the contract but has no code yet.")


class ServiceUnavailable(ProblemError):
    """A dependency of the service does not answer."""

    slug = "service-unavailable"
    title = "The service is not available right now"
    status = 503
    remedy = "Wait for the seconds in Retry-After, then try again."

    def __init__(self, detail: str, *, retry_after_seconds: int = 5) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})


CATALOGUE: Mapping[str, type[ProblemError]] = {
    problem.slug: problem
    for problem in sorted(ProblemError.__subclasses__(), key=lambda problem: problem.status)
}
