"""Comparison of the credentials that operations ask for, and of the schemes they are sent by."""

from spec.diff.report import Report, Scope
from spec.diff.view import written
from spec.tools.contract import Contract, Endpoint, Node

Alternative = dict[str, frozenset[str]]
# What a client has to know to send a credential; an address of a flow is where it fetches one.
_SENT_BY = ("type", "in", "name", "scheme", "openIdConnectUrl")
_ADDRESSES = ("authorizationUrl", "tokenUrl", "refreshUrl")


def compare_security(scope: Scope, old: Endpoint, new: Endpoint) -> None:
    """Note credentials that no longer suffice, and those that suffice now."""
    before, after = _alternatives(old), _alternatives(new)
    holder = new.node if new.node.has("security") else old.node
    for rule, had, has in (
        ("security-narrowed", before, after),
        ("security-widened", after, before),
    ):
        for one in had:
            if not any(_suffices(one, other) for other in has):
                word = "no longer suffices" if rule == "security-narrowed" else "suffices now"
                scope.add(rule, holder, f"{_shown(one)} {word}", "security")


def _alternatives(endpoint: Endpoint) -> list[Alternative]:
    """Return what a caller may send, each complete; one that is empty asks for nothing."""
    node = endpoint.node if endpoint.node.has("security") else endpoint.node.contract.node()
    found = [
        {name: frozenset(requirement.strings(name)) for name, _ in requirement.entries()}
        for _, requirement in node.child("security").entries()
    ]
    return found or [{}]


def _suffices(sent: Alternative, asked: Alternative) -> bool:
    return all(name in sent and scopes <= sent[name] for name, scopes in asked.items())


def _shown(alternative: Alternative) -> str:
    parts = [" ".join([name, *sorted(scopes)]) for name, scopes in alternative.items()]
    return " and ".join(parts) or "no credential"


def compare_schemes(report: Report, old: Contract, new: Contract) -> None:
    """Note what changed in the schemes that credentials are sent by."""
    scope = Scope(report)
    before, after = (one.node("components", "securitySchemes") for one in (old, new))
    for name, node in before.entries():
        if not after.has(name):
            scope.add("security-scheme-removed", node, f"security scheme {name} removed")
        else:
            _scheme(scope, node.follow(), after.get(name))
    for name, node in after.entries():
        if not before.has(name):
            scope.add("security-scheme-added", node, f"security scheme {name} added")


def _scheme(scope: Scope, old: Node, new: Node) -> None:
    for key in _SENT_BY:
        _changed(scope, key, old, new)
    for name, flow in old.child("flows").entries():
        other = new.child("flows").child(name)
        if not other.exists:
            scope.add("security-scheme-changed", flow, f"flow {name} removed")
            continue
        for key in _ADDRESSES:
            _changed(scope, key, flow, other)
        scopes = [one.child("scopes") for one in (flow, other)]
        for one, node in scopes[0].entries():
            if not scopes[1].has(one):
                scope.add("security-scope-removed", node, f"scope {one} removed")
        for one, node in scopes[1].entries():
            if not scopes[0].has(one):
                scope.add("security-scope-added", node, f"scope {one} added")


def _changed(scope: Scope, key: str, old: Node, new: Node) -> None:
    before, after = (one.child(key).value for one in (old, new))
    if before is not None and before != after:
        text = f"{key}: {written(before)} → {written(after)}"
        scope.add("security-scheme-changed", new, text, key)
