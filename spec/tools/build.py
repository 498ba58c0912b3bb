"""The contract → the intermediate representation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spec.tools.contract import Contract, Endpoint, Node
from spec.tools.finding import Finding, RefusedError
from spec.tools.ir import Api, Argument, Entry, Method, Tag
from spec.tools.models import Models
from spec.tools.names import docstring, is_taken, pascal, snake
from spec.tools.parameters import Arguments, form_fields
from spec.tools.replies import Success, statuses, success
from spec.tools.values import Values

_ERROR_FORMAT, _RATE_LIMIT = "x-error-format", "x-rate-limit"
_VERBS = {"get", "put", "post", "delete", "patch"}
_CALLERS = {"Principal": "Caller", "Principal | None": "MaybeCaller"}


@dataclass(frozen=True)
class Builder:
    """Builds a version's representation and collects what it refuses."""

    contract: Contract
    version: str
    models: Models

    def build(self) -> Api:
        """Return the whole representation; raises RefusedError with every finding."""
        findings = [*self.unserved_webhooks()]
        methods: dict[str, list[Method]] = {}
        entries: list[Entry] = []
        for endpoint in self.contract.endpoints():
            try:
                entries.append(self.entry(endpoint))
                if endpoint.node.child("x-manual-route").value is not True:
                    methods.setdefault(endpoint.tag, []).append(self.method(endpoint))
            except RefusedError as error:
                findings.extend(error.findings)
        tags = tuple(self.tags(methods))
        findings.extend((*self.taken_operation_ids(), *self.taken_schema_names(tags)))
        if findings:
            raise RefusedError(*sorted(set(findings)))
        server = self.contract.node("servers", "0").text("url")
        return Api(
            version=self.version,
            folder=self.contract.folder,
            prefix=re.sub("^[a-z]+://[^/]*", "", server).rstrip("/"),
            tags=tags,
            entries=tuple(entries),
        )

    def unserved_webhooks(self) -> Iterator[Finding]:
        """Yield the webhooks: the server does not call its clients."""
        if (node := self.contract.node("webhooks")).exists:
            yield node.finding("webhooks are not served", "remove them")

    def taken_operation_ids(self) -> Iterator[Finding]:
        """Yield operationIds that become the same name, or one that generated code uses."""
        seen: set[str] = set()
        for endpoint in self.contract.endpoints():
            name, node = snake(endpoint.operation_id), endpoint.node.child("operationId")
            if name in seen or is_taken(name):
                message = f"{endpoint.operation_id} becomes the Python name {name}, which is taken"
                yield node.finding(message, "rename the operation")
            seen.add(name)

    def taken_schema_names(self, tags: tuple[Tag, ...]) -> Iterator[Finding]:
        """Yield schemas whose name the models or the interfaces need for something else."""
        ours = {name for tag in tags for name in tag.names} | {"Services"}
        for name, node in self.contract.node("components", "schemas").entries():
            if name in ours or name not in self.models.names:
                yield node.finding(f"generated code uses the name {name}", "rename the schema")

    def tags(self, methods: dict[str, list[Method]]) -> Iterator[Tag]:
        """Yield the tags that have methods, in the order in which they are declared."""
        for _, node in self.contract.node("tags").entries():
            name = node.text("name")
            if name in methods:
                yield Tag(
                    name=name,
                    source=self.contract.source_of(name),
                    description=node.text("description"),
                    interface=f"{pascal(name)}Service",
                    service=pascal(name),
                    methods=tuple(methods[name]),
                )

    def method(self, endpoint: Endpoint) -> Method:
        """Return an operation as code; raises RefusedError."""
        node = endpoint.node
        if endpoint.method not in _VERBS:
            raise node.refusal(f"the server answers {endpoint.method.upper()} itself", "remove it")
        for unserved in (
            node.child("callbacks"),
            node.child("servers"),
            endpoint.item.child("servers"),
        ):
            if unserved.exists:
                raise unserved.refusal(f"{unserved.name} are for the whole API", "remove them")
        values = Values(self.version, self.models.members)
        arguments, result = Arguments(endpoint, values).read(), success(endpoint)
        name, principal = snake(endpoint.operation_id), _principal(endpoint)
        callers = (_CALLERS[principal],) if principal else ()
        route = sorted(arguments, key=lambda argument: argument.optional)
        errors = ", ".join(str(status) for status, _ in statuses(endpoint) if status >= 400)
        line = f"{endpoint.method.upper()} {endpoint.path}; errors: {errors or 'none'}."
        return Method(
            operation_id=endpoint.operation_id,
            name=name,
            verb=endpoint.method,
            path=endpoint.path,
            docstring=docstring(node.text("summary"), line, indent=8),
            route_docstring=docstring(node.text("summary"), indent=4),
            arguments=_signature(arguments, principal),
            route_arguments=(
                *(f"principal: {caller}" for caller in callers),
                *(argument.route for argument in route),
            ),
            returns=result.returns,
            statements=_statements(f"{endpoint.tag}.{name}", arguments, principal, result),
            replies=result.replies,
            callers=callers,
        )

    def entry(self, endpoint: Endpoint) -> Entry:
        """Return an operation as data; what is as usual stays unsaid."""
        node = endpoint.node
        body = node.get("requestBody")
        extensions = {
            key: child.value for key, child in endpoint.extensions().items() if key != _ERROR_FORMAT
        }
        if isinstance(limit := extensions.get(_RATE_LIMIT), dict):
            bucket = endpoint.operation_id if node.has(_RATE_LIMIT) else endpoint.tag
            extensions[_RATE_LIMIT] = {"bucket": bucket, **limit}
        declared = ", ".join(str(status) for status, _ in statuses(endpoint))
        media_types = tuple(media_type for media_type, _ in body.get("content").entries())
        query = endpoint.parameters_in("query")
        arrays = [node for node in query if node.get("schema").text("type") == "array"]
        fields = {
            "operation_id": repr(endpoint.operation_id),
            "method": repr(endpoint.method.upper()),
            "path": repr(endpoint.path),
            "tag": repr(endpoint.tag),
            "security": _security(endpoint),
            "query": _names(query),
            "repeatable": _names(arrays),
            "headers": _names(endpoint.parameters_in("header")),
            "media_types": repr(media_types),
            "form_fields": repr(form_fields(body.get("content"))),
            "statuses": f"frozenset({{{declared}}})",
            "error_format": repr(node.text(_ERROR_FORMAT, "problem")),
            "extensions": repr(extensions),
        }
        unsaid = {"()", "False", "'problem'", "{}"}
        return Entry(
            constant=snake(endpoint.operation_id).upper(),
            operation_id=endpoint.operation_id,
            fields=tuple((key, value) for key, value in fields.items() if value not in unsaid),
        )


def _names(parameters: list[Node]) -> str:
    return repr(tuple(node.text("name") for node in parameters))


def _principal(endpoint: Endpoint) -> str:
    alternatives = [node.value for node in endpoint.security()]
    if not any(alternatives):
        return ""
    return "Principal" if all(alternatives) else "Principal | None"


def _security(endpoint: Endpoint) -> str:
    alternatives = tuple(
        {scheme: tuple(alternative.strings(scheme)) for scheme, _ in alternative.entries()}
        for alternative in endpoint.security()
    )
    return repr(alternatives) if any(alternatives) else "()"


def _signature(arguments: list[Argument], principal: str) -> tuple[str, ...]:
    positional = [argument.interface for argument in arguments if argument.positional]
    keywords = [argument.interface for argument in arguments if not argument.positional]
    if principal:
        keywords.append(f"principal: {principal}")
    return (*positional, *(["*"] if keywords else []), *keywords)


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
