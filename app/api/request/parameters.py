"""Refuses unknown query parameters, and repeated parameters."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from fastapi import Request

from app.core.crypto.api_keys import HEADER
from app.core.exceptions import FieldError, ValidationFailed
from app.schemas.operation import Operation

LIST_HEADERS = frozenset({b"if-match", b"if-none-match"})
"""Header parameters that hold a list: several lines of them mean one (RFC 9110, section 5.3)."""

Name = TypeVar("Name", str, bytes)

_SINGLE_HEADERS = ("Authorization", HEADER, "Content-Type")


class Parameters:
    """Checks the names of an operation's parameters; it is made once for each operation.

    Operations without 422 are not checked: probes, and those that ignore unknown parameters as RFC
    6749, section 3.2, demands.
    """

    def __init__(self, operation: Operation) -> None:
        self._is_strict = ValidationFailed.status in operation.statuses
        self._known = operation.query
        self._refuses_unknown = not operation.extensions.get("x-additional-query")
        self._once = frozenset(operation.query) - frozenset(operation.repeatable)
        single = (*operation.headers, *_SINGLE_HEADERS)
        lines = {name.lower().encode(): name for name in single}
        self._single_headers = {name: lines[name] for name in lines.keys() - LIST_HEADERS}

    def check(self, request: Request) -> None:
        """Check the names in the query and in the headers.

        Raises:
            ValidationFailed: A query parameter is unknown, or what has one value occurs twice.
        """
        if not self._is_strict:
            return
        errors = [*self._repeated_headers(request)]
        if request.scope["query_string"]:
            errors += self._wrong_queries(request)
        if errors:
            raise ValidationFailed(errors)

    def _repeated_headers(self, request: Request) -> Iterator[FieldError]:
        names = [name for name, _ in request.scope["headers"]]
        if len(set(names)) == len(names):
            return
        for name, count in _count(names).items():
            if count > 1 and name in self._single_headers:
                yield FieldError(
                    location="header",
                    name=self._single_headers[name],
                    code="repeated",
                    detail="Send this header once",
                )

    def _wrong_queries(self, request: Request) -> Iterator[FieldError]:
        names = (name for name, _ in request.query_params.multi_items())
        for name, count in _count(names).items():
            if self._refuses_unknown and name not in self._known:
                known = ", ".join(self._known) or "none"
                yield FieldError(
                    location="query",
                    name=name,
                    code="extra-forbidden",
                    detail=f"There is no such parameter; this operation has: {known}",
                )
            elif count > 1 and name in self._once:
                yield FieldError(
                    location="query",
                    name=name,
                    code="repeated",
                    detail="Send this parameter once",
                )


def _count(names: Iterable[Name]) -> Mapping[Name, int]:
    """Return how often each name occurs; of so few names faster than `Counter`."""
    counts: dict[Name, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return counts
