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
            Empty: anybody may call. An empty alternative: a caller may stay anonymous.
        query: Names of the query parameters.
        form: Names of the fields of a form; each may be sent once.
        media_types: What the request body may be; empty when the operation reads no body.
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
    form: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    body_required: bool = False
    statuses: frozenset[int]
    error_format: Literal["problem", "oauth2"] = "problem"
    extensions: Mapping[str, object] = field(default_factory=dict[str, object])
