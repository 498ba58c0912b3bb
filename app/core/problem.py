"""The base of all errors that clients receive, and what they say of a field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from app.core.field_codes import FieldCode


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One refused field: `pointer` (RFC 6901) into a body, or `name` of a parameter."""

    location: Literal["body", "query", "path", "header", "cookie"]
    code: FieldCode
    detail: str
    pointer: str | None = None
    name: str | None = None


class ProblemError(Exception):
    """Base of all errors that reach a client; subclasses declare slug, title, status and remedy.

    A subclass must not have subclasses, so that an `except` catches only that error.
    Chain the cause of an error with `raise … from …`: it is logged, never sent.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int]
    remedy: ClassVar[str]
    is_declared: ClassVar[bool] = True
    """Whether the contract has to declare it; not if unfinished or mocked code raises it, or a page
    of another origin is refused."""
    is_fault = True
    """Whether an error of the server is logged with its cause; overload is not."""

    def __init__(
        self,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = tuple(errors)
