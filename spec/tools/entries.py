"""Operations as data: what the server has to know of each besides its models."""

from spec.tools.contract import Contract, Endpoint
from spec.tools.ir import Argument, Entry
from spec.tools.media import kind
from spec.tools.names import Names

_ERROR_FORMAT, _RATE_LIMIT = "x-error-format", "x-rate-limit"
_UNSAID = {"()", "False", "'problem'", "{}", "frozenset()"}


def entry(endpoint: Endpoint, names: Names, arguments: list[Argument]) -> Entry:
    """Return an operation as data; what is as usual stays unsaid.

    Raises:
        RefusedError: It asks for a security scheme that the contract does not describe.
    """
    node = endpoint.node
    extensions = {
        key: child.value for key, child in endpoint.extensions().items() if key != _ERROR_FORMAT
    }
    if isinstance(limit := extensions.get(_RATE_LIMIT), dict):
        bucket = endpoint.operation_id if node.has(_RATE_LIMIT) else endpoint.tag
        extensions[_RATE_LIMIT] = {"bucket": bucket, **limit}
    keys = [key for key, _ in endpoint.responses()]
    exact = [key for key in keys if key.isdigit()]
    ranges = [key for key in keys if not key.isdigit()]
    template = route_path(endpoint, arguments)
    contents = node.get("requestBody").get("content").entries()
    fields = {
        "operation_id": repr(endpoint.operation_id),
        "method": repr(endpoint.method.upper()),
        "path": repr(endpoint.path),
        "route": repr(template) if template != endpoint.path else "()",
        "tag": repr(endpoint.tag),
        **_security(endpoint),
        "arguments": repr({it.name: (it.place, it.key) for it in arguments}),
        "bodies": repr({media_type: kind(media_type, it) for media_type, it in contents}),
        "statuses": f"frozenset({{{', '.join(exact)}}})" if exact else "frozenset[int]()",
        "ranges": f"frozenset({{{', '.join(map(repr, ranges))}}})" if ranges else "()",
        "error_format": repr(node.text(_ERROR_FORMAT, "problem")),
        "extensions": repr(extensions),
    }
    return Entry(
        constant=names.constant(endpoint.operation_id),
        operation_id=endpoint.operation_id,
        fields=tuple((key, value) for key, value in fields.items() if value not in _UNSAID),
    )


def route_path(endpoint: Endpoint, arguments: list[Argument]) -> str:
    """Return the path of the route, whose parameters have Python's names."""
    path = endpoint.path
    for argument in arguments:
        if argument.place == "path":
            path = path.replace(f"{{{argument.key}}}", f"{{{argument.name}}}")
    return path


def _security(endpoint: Endpoint) -> dict[str, str]:
    alternatives = tuple(
        {scheme: tuple(alternative.strings(scheme)) for scheme, _ in alternative.entries()}
        for alternative in endpoint.security()
    )
    if not any(alternatives):
        return {"security": "()"}
    names = dict.fromkeys(name for alternative in alternatives for name in alternative)
    known = endpoint.node.contract.node("components", "securitySchemes")
    for name in names:
        if not known.has(name):
            fix = f"describe it under components.securitySchemes.{name}"
            raise endpoint.node.refusal(f"there is no security scheme {name}", fix)
    table = ", ".join(f"{name!r}: SCHEMES[{name!r}]" for name in names)
    return {"security": repr(alternatives), "schemes": f"{{{table}}}"}


def schemes(contract: Contract) -> tuple[tuple[str, str], ...]:
    """Return the security schemes and, in code, the arguments of their descriptions."""
    found: list[tuple[str, str]] = []
    for name, written in contract.node("components", "securitySchemes").entries():
        node = written.follow()
        kind = scheme_kind(node.text("type"), node.text("scheme"))
        where = [node.text("in"), node.text("name")] if kind == "apiKey" else []
        found.append((name, ", ".join(map(repr, [kind, *where]))))
    return tuple(found)


def scheme_kind(kind: str, scheme: str) -> str:
    """Return the kind of a security scheme as `SchemeKind` of the application has it."""
    return f"http {scheme.lower()}" if kind == "http" else kind
