"""What every error that reaches a client has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One refused field: `pointer` (RFC 6901) into a body, or `name` of a parameter."""

    location: Literal["body", "query", "path", "header", "cookie"]
    code: str
    detail: str
    pointer: str | None = None
    name: str | None = None


class ProblemError(Exception):
    """Base of all errors that reach a client; subclasses declare slug, title, status and remedy.

    A subclass has no subclasses, so that an `except` of it catches nothing else.
    The cause of an error is chained with `raise … from …`: it is logged, never sent.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int]
    remedy: ClassVar[str]

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
