"""Every error that the service answers with.

ProblemError                    answered as RFC 9457 problem document
├── MalformedBody           400
├── InvalidCursor           400
├── Unauthorized            401
├── InsufficientScope       403
├── PreflightRefused        403
├── NotFound                404
├── MethodNotAllowed        405
├── Conflict                409
├── LostRace                409  (tried again before it is answered)
├── PreconditionFailed      412
├── ContentTooLarge         413
├── UnsupportedMediaType    415
│   └── UnsupportedCoding   415
├── ValidationFailed        422
├── TooManyRequests         429
├── InternalError           500
├── ContractViolation       500  (development and tests only)
├── OperationNotImplemented 501
└── ServiceUnavailable      503
OAuthError                      answered as RFC 6749, section 5.2
"""

from collections.abc import Mapping

from app.core.exceptions.base import (
    FieldError,
    ProblemError,
)
from app.core.exceptions.failures import (
    ContractViolation,
    InternalError,
    OperationNotImplemented,
    ServiceUnavailable,
)
from app.core.exceptions.oauth import (
    OAuthError,
    OAuthErrorCode,
)
from app.core.exceptions.refusals import (
    Conflict,
    ContentTooLarge,
    InsufficientScope,
    InvalidCursor,
    LostRace,
    MalformedBody,
    MethodNotAllowed,
    NotFound,
    PreconditionFailed,
    PreflightRefused,
    TooManyRequests,
    Unauthorized,
    UnsupportedCoding,
    UnsupportedMediaType,
    ValidationFailed,
)

__all__ = [
    "CATALOGUE",
    "Conflict",
    "ContentTooLarge",
    "ContractViolation",
    "FieldError",
    "InsufficientScope",
    "InternalError",
    "InvalidCursor",
    "LostRace",
    "MalformedBody",
    "MethodNotAllowed",
    "NotFound",
    "OAuthError",
    "OAuthErrorCode",
    "OperationNotImplemented",
    "PreconditionFailed",
    "PreflightRefused",
    "ProblemError",
    "ServiceUnavailable",
    "TooManyRequests",
    "Unauthorized",
    "UnsupportedCoding",
    "UnsupportedMediaType",
    "ValidationFailed",
]

CATALOGUE: Mapping[str, type[ProblemError]] = {
    problem.slug: problem
    for problem in sorted(ProblemError.__subclasses__(), key=lambda problem: problem.status)
}
