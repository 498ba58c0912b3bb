"""The request cannot be answered as it is: statuses 400 to 499."""

from collections.abc import Sequence

from app.core.exceptions.base import FieldError, ProblemError


class MalformedBody(ProblemError):
    """The body is not the format that it claims to be."""

    slug = "malformed-body"
    title = "The body cannot be read"
    status = 400
    remedy = (
        "Send a body that is well formed: JSON in UTF-8 without NaN or Infinity, or a valid form."
    )


class InvalidCursor(ProblemError):
    """A list has no page with this cursor."""

    slug = "invalid-cursor"
    title = "The cursor is not valid for this list"
    status = 400
    remedy = (
        "Send the `next` of a page with the same filters and sort keys, or no cursor for the "
        "first page."
    )

    def __init__(self) -> None:
        super().__init__(
            "This list has no page with this cursor. Send the `next` of a page with the same "
            "filters and sort keys, or no cursor for the first page."
        )


class Unauthorized(ProblemError):
    """No valid credentials (RFC 6750, section 3)."""

    slug = "unauthorized"
    title = "Authentication is required"
    status = 401
    remedy = "Get an access token and send it in the Authorization header."

    def __init__(self, detail: str, *, challenge: str = "Bearer") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class InsufficientScope(ProblemError):
    """Valid credentials that do not suffice (RFC 6750, section 3.1)."""

    slug = "insufficient-scope"
    title = "The token lacks a scope"
    status = 403
    remedy = "Ask for a token with the scopes that the operation needs."

    def __init__(self, scopes: Sequence[str]) -> None:
        wanted = " ".join(scopes)
        super().__init__(
            f"This operation needs the scopes: {wanted}.",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{wanted}"'},
        )


class PreflightRefused(ProblemError):
    """A page of this origin may not send such a request (Fetch standard, CORS preflight)."""

    slug = "preflight-refused"
    title = "The preflight request is refused"
    status = 403
    remedy = "Add the origin of the page to CORS_ORIGINS, and send a method that the API uses."


class NotFound(ProblemError):
    """No such resource, or not the caller's to see."""

    slug = "not-found"
    title = "There is no such resource"
    status = 404
    remedy = "Check the path and the identifiers in it."


class MethodNotAllowed(ProblemError):
    """The path exists, the method does not (RFC 9110, section 15.5.6)."""

    slug = "method-not-allowed"
    title = "The path does not know this method"
    status = 405
    remedy = "Use one of the methods in the Allow header."

    def __init__(self, allowed: Sequence[str]) -> None:
        methods = ", ".join(allowed)
        super().__init__(f"This path knows: {methods}.", headers={"Allow": methods})


class Conflict(ProblemError):
    """A valid request that does not fit the present state."""

    slug = "conflict"
    title = "The request conflicts with the present state"
    status = 409
    remedy = "Read the present state, and change the fields that `errors` names."


class LostRace(Conflict):
    """Another transaction was faster; the whole use case may be tried again."""

    def __init__(self) -> None:
        super().__init__("Another request changed this at the same time; read it again.")


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
    """The body's media type is not one that the operation reads."""

    slug = "unsupported-media-type"
    title = "The media type is not supported"
    status = 415
    remedy = (
        "Send the body uncompressed, as a media type that the operation reads, and name that in "
        "Content-Type."
    )

    def __init__(self, media_types: Sequence[str]) -> None:
        super().__init__(f"Send the body as {' or '.join(media_types)}.")


class UnsupportedCoding(UnsupportedMediaType):
    """The body is compressed, and the server decodes nothing (RFC 9110, section 15.5.16)."""

    def __init__(self) -> None:
        ProblemError.__init__(
            self,
            "Send the body uncompressed, without Content-Encoding.",
            headers={"Accept-Encoding": "identity"},
        )


class ValidationFailed(ProblemError):
    """A field breaks the contract."""

    slug = "validation-failed"
    title = "The request breaks the contract"
    status = 422
    remedy = "Correct the fields that `errors` names."

    def __init__(self, errors: Sequence[FieldError], *, total: int | None = None) -> None:
        # Of very many refused fields only the first are told.
        total = len(errors) if total is None else total
        count = "1 field was" if total == 1 else f"{total} fields were"
        super().__init__(f"{count} refused; see errors.", errors=errors)


class TooManyRequests(ProblemError):
    """The caller's quota is used up (RFC 6585, section 4)."""

    slug = "quota-exceeded"
    title = "Too many requests"
    status = 429
    remedy = "Wait for the seconds that Retry-After names; RateLimit tells what is left beforehand."

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            f"The quota is used up. Try again in {retry_after_seconds} s.",
            headers={"Retry-After": str(retry_after_seconds)},
        )
