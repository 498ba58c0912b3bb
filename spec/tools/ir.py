"""What templates print: every decision is made, every piece of code is ready."""

from collections.abc import Mapping
from dataclasses import dataclass

from spec.tools.fields import Definition

EVENT = "WebhookEvent"
"""The type of everything that the server sends to webhooks."""


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
    """An operation as a method of the interface and as a route.

    Attributes:
        kept: Whether only an older version serves it; its types are those of that version.
    """

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
    kept: bool = False

    @property
    def call(self) -> str:
        """Return the arguments of a call that hands on the method's own."""
        names = [it.partition(":")[0] for it in self.arguments]
        star = names.index("*") if "*" in names else len(names)
        return ", ".join([*names[:star], *(f"{it}={it}" for it in names[star + 1 :])])


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A resource: one module of schemas, one of routes, one service.

    Attributes:
        shared: Replies and interface that an older version has, too.
    """

    name: str
    title: str
    source: str
    description: str
    interface: str
    service: str
    methods: tuple[Method, ...]
    shared: tuple[str, ...] = ()

    @property
    def replies(self) -> tuple[ReplyClass, ...]:
        """Return the reply classes of all methods."""
        return tuple(reply for method in self.methods for reply in method.replies)

    @property
    def routed(self) -> tuple[Method, ...]:
        """Return the methods that have routes."""
        return tuple(method for method in self.methods if not method.kept)

    @property
    def kept_names(self) -> set[str]:
        """Return the replies that an older version defines for a method that it alone serves."""
        return {reply.name for method in self.methods if method.kept for reply in method.replies}

    @property
    def imported(self) -> tuple[str, ...]:
        """Return what the module imports from that of an older version."""
        return tuple(it for it in self.names if it in self.shared or it in self.kept_names)

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
        definitions: The models by their names.
        shared_models: Those that an older version has, too.
        shared_entries: Constants of operations that an older version has, too.
        kept_models: Models of an older version that only methods need which it alone serves.
        schemes: Security scheme → the arguments of its description.
        notes: What the generator had to derive, a line for each.
        events: The types of what the server sends to webhooks.
    """

    version: str
    folder: str
    prefix: str
    tags: tuple[Tag, ...]
    entries: tuple[Entry, ...]
    schemes: tuple[tuple[str, str], ...]
    definitions: Mapping[str, Definition]
    notes: tuple[str, ...]
    events: tuple[str, ...] = ()
    shared_models: tuple[str, ...] = ()
    shared_entries: tuple[str, ...] = ()
    kept_models: tuple[str, ...] = ()

    @property
    def routed(self) -> tuple[Tag, ...]:
        """Return the tags that have routes."""
        return tuple(tag for tag in self.tags if tag.routed)
