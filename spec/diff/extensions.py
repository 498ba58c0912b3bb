"""Comparison of what an operation, or its tag, says beyond OpenAPI."""

from spec.diff.report import Scope
from spec.diff.view import written
from spec.tools.contract import Endpoint, Node

# Extension, and the rules for one that came, one that went and one that is another.
_RULES = {
    "x-idempotent": ("idempotency-added", "idempotency-removed", "idempotency-removed"),
    "x-pagination": ("pagination-added", "pagination-changed", "pagination-changed"),
    "x-cache": ("cache-changed",) * 3,
    "x-error-format": ("error-format-changed",) * 3,
    "x-additional-query": ("additional-query-ignored", *("additional-query-refused",) * 2),
}
# A value that says no more than its absence.
_DEFAULTS = {"x-idempotent": False, "x-additional-query": False, "x-error-format": "problem"}

Policies = dict[str, tuple[int, int]]


def compare_extensions(scope: Scope, old: Endpoint, new: Endpoint) -> None:
    """Note what changed in the extensions that clients notice."""
    before, after = (_stated(one) for one in (old, new))
    for name, (added, removed, changed) in _RULES.items():
        sides = [written(one[name].value) if name in one else "none" for one in (before, after)]
        if sides[0] != sides[1]:
            rule = added if name not in before else removed if name not in after else changed
            node = after.get(name) or old.extensions().get(name) or new.node
            scope.add(rule, node, f"{name}: {sides[0]} → {sides[1]}")
    _rate_limit(scope, old, new)
    _body_limit(scope, old, new)


def _stated(endpoint: Endpoint) -> dict[str, Node]:
    return {
        name: node
        for name, node in endpoint.extensions().items()
        if name not in _DEFAULTS or node.value != _DEFAULTS[name]
    }


def _rate_limit(scope: Scope, old: Endpoint, new: Endpoint) -> None:
    name = "x-rate-limit"
    first, second = (one.extensions().get(name) for one in (old, new))
    sides = [written(one.value) if one else "that of the settings" for one in (first, second)]
    if sides[0] == sides[1]:
        return
    node = second or first
    if node is not None:
        rule = "rate-limit-loosened" if _is_looser(first, second) else "rate-limit-tightened"
        scope.add(rule, node, f"{name}: {sides[0]} → {sides[1]}")


def _body_limit(scope: Scope, old: Endpoint, new: Endpoint) -> None:
    name = "x-max-body-bytes"
    first, second = (one.extensions().get(name) for one in (old, new))
    before, after = (one.value if one else "that of the settings" for one in (first, second))
    if before == after or (node := second or first) is None:
        return
    rule = "body-limit-changed"
    if isinstance(before, int) and isinstance(after, int):
        rule = "body-limit-raised" if after > before else "body-limit-lowered"
    scope.add(rule, node, f"{name}: {before} → {after}")


def _is_looser(old: Node | None, new: Node | None) -> bool:
    """Tell whether every caller who kept to the old limit keeps to the new one."""
    if new is not None and not _policies(new):
        return True
    if old is None or new is None:
        return False  # the settings say how many
    is_counted_alike = all(
        old.text(key, default) == new.text(key, default)
        for key, default in (("per", "principal"), ("without_redis", "local"))
    )
    limits = _policies(old).values()
    return is_counted_alike and all(
        any(requests >= limit and requests * span >= limit * seconds for limit, span in limits)
        for requests, seconds in _policies(new).values()
    )


def _policies(node: Node) -> Policies:
    found: Policies = {}
    for _, policy in node.child("policies").entries():
        requests, seconds = (policy.child(key).value for key in ("requests", "seconds"))
        if isinstance(requests, int) and isinstance(seconds, int):
            found[policy.text("name")] = (requests, seconds)
    return found
