"""One operation of the contract, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What the server has to know about an operation besides its models.

    Attributes:
        security: Alternatives, any one of which suffices; each maps every scheme it needs to the
            scopes it asks for.
            Empty: no credentials are needed. An empty alternative: credentials are optional.
        query: Names of the query parameters.
        repeatable: Names of those that are arrays, and may occur more than once.
        headers: Names of the header parameters.
        media_types: What the request body may be; empty when the operation reads no body.
        form_fields: Names of the fields of a URL-encoded body.
        statuses: Every status that the contract declares.
        error_format: `oauth2` answers 400 and 401 as RFC 6749, section 5.2, says; `problem` as RFC
            9457 says.
        extensions: The operation's `x-` members, already validated against
            spec/rules/extensions.yaml.
    """

    operation_id: str
    method: str
    path: str
    tag: str
    security: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    query: tuple[str, ...] = ()
    repeatable: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    form_fields: tuple[str, ...] = ()
    statuses: frozenset[int]
    error_format: Literal["problem", "oauth2"] = "problem"
    extensions: Mapping[str, object] = field(default_factory=dict[str, object])
