"""What templates print: every decision is made, every piece of code is ready."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One parameter of an operation.

    Attributes:
        route: Its declaration in the route: `limit: Annotated[types.IntParam, Query(ge=1)] = 20`.
        interface: Its declaration in the service interface: `limit: int`.
        optional: The route's declaration has a default, so it follows those without.
    """

    name: str
    route: str
    interface: str
    positional: bool
    optional: bool

    @property
    def call(self) -> str:
        """Return how the route hands the value to the service."""
        return self.name if self.positional else f"{self.name}={self.name}"


@dataclass(frozen=True, kw_only=True)
class ReplyClass:
    """A success with its headers and body; `fields` are the lines of the dataclass."""

    name: str
    docstring: str
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Method:
    """An operation as a method of the interface and as a route."""

    operation_id: str
    name: str
    verb: str
    path: str
    route_docstring: str
    docstring: str
    arguments: tuple[str, ...]
    route_arguments: tuple[str, ...]
    returns: str
    statements: tuple[str, ...]
    replies: tuple[ReplyClass, ...]
    callers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A resource: one module of schemas, one of routes, one service."""

    name: str
    source: str
    description: str
    interface: str
    service: str
    methods: tuple[Method, ...]

    @property
    def replies(self) -> tuple[ReplyClass, ...]:
        """Return the reply classes of all methods."""
        return tuple(reply for method in self.methods for reply in method.replies)

    @property
    def callers(self) -> tuple[str, ...]:
        """Return the aliases of the principal that the routes use, each once."""
        return tuple(dict.fromkeys(caller for method in self.methods for caller in method.callers))

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the module offers."""
        return (*(reply.name for reply in self.replies), self.interface)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An operation's line in the table; `fields` are keyword arguments in code."""

    constant: str
    operation_id: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Api:
    """Everything that is generated for a version, apart from the models."""

    version: str
    folder: str
    prefix: str
    tags: tuple[Tag, ...]
    entries: tuple[Entry, ...]
