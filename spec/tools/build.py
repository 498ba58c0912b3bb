"""The contract → the intermediate representation."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from spec.tools.contract import Contract, Endpoint
from spec.tools.entries import entry, route_path, schemes
from spec.tools.finding import Finding, RefusedError
from spec.tools.ir import EVENT, Api, Argument, Entry, Method, Tag
from spec.tools.names import Names, docstring, pascal, prefix_of
from spec.tools.parameters import Arguments
from spec.tools.pytypes import RESPONSE, Types
from spec.tools.replies import Replies, Success, reply_name, successes

Result = TypeVar("Result")

_IN_BODY = {"body", "field", "file"}
_CALLERS = {"Principal": "Caller", "Principal | None": "MaybeCaller"}


class Builder:
    """Builds a version's representation and collects what it refuses."""

    def __init__(self, contract: Contract, version: str) -> None:
        self.contract = contract
        self.version = version
        self.names = Names(contract)
        self.types = Types(contract, reserved=frozenset(self.reserved()))
        self.findings: list[Finding] = []

    def build(self) -> Api:
        """Return the whole representation; raises RefusedError with every finding."""
        methods: dict[str, list[Method]] = {}
        entries: list[Entry] = []
        for endpoint in self.endpoints():
            arguments = self.collected(Arguments(endpoint, self.types, self.version).read)
            result = self.collected(Replies(endpoint, self.types).read)
            self.collected(partial(self.outgoing, endpoint))
            if arguments is None or result is None:
                continue
            is_manual = endpoint.node.child("x-manual-route").value is True
            if is_manual:
                # A route that is written by hand reads the body itself.
                arguments = [it for it in arguments if it.place not in _IN_BODY]
            described = self.collected(partial(entry, endpoint, self.names, arguments))
            entries += [described] if described else []
            if not is_manual:
                method = self.method(endpoint, arguments, result)
                methods.setdefault(endpoint.tag, []).append(method)
        events = tuple(dict.fromkeys(self.webhooks()))
        tags = tuple(self.tags(methods))
        prefix = self.collected(partial(prefix_of, self.contract.node("servers", "0"))) or ""
        if self.findings:
            raise RefusedError(*sorted(set(self.findings)))
        return Api(
            version=self.version,
            folder=self.contract.folder,
            prefix=prefix,
            tags=tags,
            entries=tuple(entries),
            schemes=schemes(self.contract),
            definitions=dict(self.types.definitions),
            notes=tuple(self.notes()),
            events=events,
        )

    def collected(self, read: Callable[[], Result]) -> Result | None:
        """Return what is read; nothing where it is refused, which is noted."""
        try:
            return read()
        except RefusedError as error:
            self.findings.extend(error.findings)
            return None

    def endpoints(self) -> Iterator[Endpoint]:
        """Yield the operations that the server routes: it answers HEAD itself where GET is."""
        for endpoint in self.contract.endpoints():
            if endpoint.method != "head" or not endpoint.item.has("get"):
                yield endpoint

    def reserved(self) -> Iterator[str]:
        """Yield the names that interfaces and replies have in the package of the schemas."""
        yield "Services"
        if self.contract.node("webhooks").exists:
            yield EVENT
        for endpoint in self.contract.endpoints():
            yield interface_name(self.names.module(endpoint.tag))
            yield from (reply_name(endpoint, key) for key, _ in successes(endpoint))

    def notes(self) -> Iterator[str]:
        """Yield what was derived because the contract does not say it."""
        for endpoint in self.contract.endpoints():
            where = f"{endpoint.node.where.file}:{endpoint.node.where.line}"
            if not endpoint.node.text("operationId"):
                yield f"{where}: no operationId; it is called {endpoint.operation_id}"
            if not endpoint.node.strings("tags"):
                yield f"{where}: {endpoint.operation_id} has no tag; it belongs to {endpoint.tag}"

    def outgoing(self, endpoint: Endpoint) -> None:
        """Define what the server sends in callbacks: nobody serves them, so they have no routes."""
        for name, written in endpoint.node.child("callbacks").entries():
            for _, item in written.follow().entries():
                for _, sent in item.follow().entries():
                    place = f"{pascal(endpoint.operation_id)}{pascal(name)}"
                    list(self.sent(place, Endpoint("", "", sent, item)))

    def webhooks(self) -> Iterator[str]:
        """Define what the server sends to its clients' webhooks, and yield the types."""
        for name, item in self.contract.node("webhooks").entries():
            for _, sent in item.follow().entries():
                yield from self.sent(f"{pascal(name)}Webhook", Endpoint("", "", sent, item))

    def sent(self, place: str, endpoint: Endpoint) -> Iterator[str]:
        """Define the body of an outgoing request, and yield its types."""
        for _, content in endpoint.node.get("requestBody").get("content").entries():
            if content.has("schema"):
                found = self.types.read([content.child("schema")], place, RESPONSE)
                yield self.types.qualified(found, "models")

    def tags(self, methods: dict[str, list[Method]]) -> Iterator[Tag]:
        """Yield the tags that have methods: those that are declared first, in their order."""
        declared = {node.text("name"): node for _, node in self.contract.node("tags").entries()}
        for title in [
            *(it for it in declared if it in methods),
            *(it for it in methods if it not in declared),
        ]:
            name = self.names.module(title)
            yield Tag(
                name=name,
                title=title,
                source=self.contract.source_of(title),
                description=declared[title].text("description") if title in declared else "",
                interface=interface_name(name),
                service=pascal(name),
                methods=tuple(methods[title]),
            )

    def method(self, endpoint: Endpoint, arguments: list[Argument], result: Success) -> Method:
        """Return an operation as code."""
        operation_id, node = endpoint.operation_id, endpoint.node
        name, principal = self.names.function(operation_id), _principal(endpoint)
        callers = (_CALLERS[principal],) if principal else ()
        errors = [key for key, _ in endpoint.responses() if not key.startswith(("1", "2", "3"))]
        line = f"{endpoint.method.upper()} {endpoint.path}"
        words = node.text("summary") or node.text("description") or line
        module = self.names.module(endpoint.tag)
        return Method(
            operation_id=operation_id,
            name=name,
            constant=self.names.constant(operation_id),
            verb=endpoint.method,
            template=route_path(endpoint, arguments),
            docstring=docstring(
                words,
                f"{line}; errors: {', '.join(errors) or 'none'}.",
                indent=8,
                instead=f"{line}.",
            ),
            route_docstring=docstring(words, indent=4, instead=f"{line}."),
            arguments=_signature(arguments, principal),
            route_arguments=(
                *(f"principal: {caller}" for caller in callers),
                *_ordered([(it, f"{it.name}: {it.route}") for it in arguments]),
            ),
            is_typed=bool(arguments),
            returns=result.returns,
            statements=_statements(f"{module}.{name}", arguments, principal, result),
            replies=result.replies,
            callers=callers,
        )


def interface_name(module: str) -> str:
    """Return the name of the interface of a tag's service."""
    return f"{pascal(module)}Service"


def _principal(endpoint: Endpoint) -> str:
    alternatives = [node.value for node in endpoint.security()]
    if not any(alternatives):
        return ""
    return "Principal" if all(alternatives) else "Principal | None"


def _signature(arguments: list[Argument], principal: str) -> tuple[str, ...]:
    found = [*_ordered([(it, f"{it.name}: {it.interface}") for it in arguments])]
    if not principal:
        return tuple(found)
    return (*found, *([] if "*" in found else ["*"]), f"principal: {principal}")


def _ordered(arguments: list[tuple[Argument, str]]) -> Iterator[str]:
    """Yield declarations; those that are passed by their names follow a star."""
    yield from (text for argument, text in arguments if argument.positional)
    if named := [text for argument, text in arguments if not argument.positional]:
        yield from ("*", *named)


def _statements(
    method: str, arguments: list[Argument], principal: str, result: Success
) -> tuple[str, ...]:
    values = [argument.call for argument in arguments]
    if principal:
        values.append("principal=principal")
    call = f"await services.{method}({', '.join(values)})"
    if result.status is None:
        return (f"return render_reply({call})",)
    if result.returns == "None":
        return (call, f"return render(None, {result.status})")
    return (f"return render({call}, {result.status})",)
