"""The server cannot answer: statuses 500 to 599."""

from app.core.exceptions.base import ProblemError


class InternalError(ProblemError):
    """The server failed."""

    slug = "internal-error"
    title = "The server failed"
    status = 500
    remedy = "Try again later, and quote the request_id when you ask for help."

    def __init__(self) -> None:
        super().__init__(
            "The server could not complete this request. Quote the request_id to support."
        )


class ContractViolation(ProblemError):
    """The service, or its models, disagree with the contract; checked in development and tests."""

    slug = "contract-violation"
    title = "The server broke its own contract"
    status = 500
    remedy = "Change the service or the contract until they agree."


class OperationNotImplemented(ProblemError):
    """The contract has an operation that no service implements yet."""

    slug = "not-implemented"
    title = "The operation is not implemented yet"
    status = 501
    remedy = "Wait for a release that implements the operation."

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"{operation_id} is in the contract but has no code yet.")


class ServiceUnavailable(ProblemError):
    """Something that the service depends on does not answer."""

    slug = "service-unavailable"
    title = "The service is not available right now"
    status = 503
    remedy = "Wait for the seconds that Retry-After names, then try again."

    def __init__(self, detail: str, *, retry_after_seconds: int = 5) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})
