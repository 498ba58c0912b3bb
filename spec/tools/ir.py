"""What templates print: every decision is made, every piece of code is ready."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Argument:
    """One value of a request that an operation gets.

    Attributes:
        place: Where the contract has it, and `key` its name there.
        route: Its type in the route: `v1.ItemSort | None`.
        interface: Its type in the service interface: `models.ItemSort | None`.
    """

    name: str
    place: str
    key: str
    route: str
    interface: str

    @property
    def positional(self) -> bool:
        """Tell whether the service takes it without its name."""
        return self.place == "path" or self.name == "body"

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
    constant: str
    verb: str
    template: str
    route_docstring: str
    docstring: str
    arguments: tuple[str, ...]
    route_arguments: tuple[str, ...]
    is_typed: bool
    returns: str
    statements: tuple[str, ...]
    replies: tuple[ReplyClass, ...]
    callers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A resource: one module of schemas, one of routes, one service."""

    name: str
    title: str
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
    """Everything that is generated for a version.

    Attributes:
        models: The module of the models, and `model_names` what it defines.
        schemes: Security scheme → the arguments of its description.
        notes: What the generator had to derive, a line for each.
    """

    version: str
    folder: str
    prefix: str
    tags: tuple[Tag, ...]
    entries: tuple[Entry, ...]
    schemes: tuple[tuple[str, str], ...]
    models: str
    model_names: tuple[str, ...]
    notes: tuple[str, ...]
