"""One operation of the contract, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SchemeKind = Literal["oauth2", "openIdConnect", "http bearer", "http basic", "apiKey"]
"""The kinds of security schemes that `app/api/request/security.py` has a reader for."""
BodyKind = Literal["json", "form", "multipart", "text", "bytes"]
Place = Literal["path", "query", "header", "cookie", "body", "field", "file"]


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """How credentials are sent.

    Attributes:
        kind: The `type` of the contract, with the `scheme` of `http`.
        place: Where an API key is: `header`, `query` or `cookie`.
        name: The name of that header, parameter or cookie.
    """

    kind: SchemeKind
    place: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What the server has to know about an operation besides its models.

    Attributes:
        path: The path in the contract.
        route: The path in code, where names of its parameters differ; see `template`.
        security: Alternatives, any one of which suffices; each maps every scheme it needs to the
            scopes it asks for.
            Empty: no credentials are needed. An empty alternative: credentials are optional.
        schemes: The schemes that `security` names.
        arguments: Names in Python → where the contract has the value, and its name there. A file
            and a field are parts of a form; the body has no name.
        bodies: Media types of the request body → how it is read; empty when none is read.
        statuses: Every status that the contract declares.
        ranges: The other keys of its responses: `default`, `4XX`.
        error_format: `oauth2` answers 400 and 401 as RFC 6749, section 5.2, says; `problem` as RFC
            9457 says.
        extensions: The operation's `x-` members, already validated against
            spec/rules/extensions.yaml.
    """

    operation_id: str
    method: str
    path: str
    route: str = ""
    tag: str
    security: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    schemes: Mapping[str, SecurityScheme] = field(default_factory=dict[str, SecurityScheme])
    arguments: Mapping[str, tuple[Place, str]] = field(
        default_factory=dict[str, "tuple[Place, str]"]
    )
    bodies: Mapping[str, BodyKind] = field(default_factory=dict[str, BodyKind])
    statuses: frozenset[int]
    ranges: frozenset[str] = frozenset()
    error_format: Literal["problem", "oauth2"] = "problem"
    extensions: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def template(self) -> str:
        """Return the path whose parameters have the names of Python."""
        return self.route or self.path

    @property
    def is_manual(self) -> bool:
        """Tell whether the route is written by hand, and reads the body itself."""
        return self.extensions.get("x-manual-route") is True

    @property
    def query(self) -> tuple[str, ...]:
        """Return the names of the query parameters."""
        return tuple(name for place, name in self.arguments.values() if place == "query")

    def response_key(self, status: int) -> str | None:
        """Return under which key the contract describes a status, if it does."""
        keys = (str(status), f"{status // 100}XX", "default")
        known = self.ranges | {str(one) for one in self.statuses}
        return next((key for key in keys if key in known), None)
