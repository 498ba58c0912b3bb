"""Comparison of operations: parameters, bodies, responses, and what an operation says of itself."""

import re
from datetime import date, timedelta

from spec.diff.catalogue import Direction
from spec.diff.extensions import compare_extensions
from spec.diff.report import Report, Scope
from spec.diff.responses import compare_contents, compare_responses
from spec.diff.schemas import Comparison
from spec.diff.security import compare_security
from spec.tools.contract import METHODS, Contract, Endpoint, Node

# Days between the change and the end of an operation that is announced by it.
NOTICE = 30
_NAME = re.compile(r"\{[^}]*\}")
_LEVELS = ("draft", "alpha", "beta", "stable")
_STYLES = {"query": "form", "cookie": "form"}

Key = tuple[str, str]


def compare_operations(report: Report, old: Contract, new: Contract, today: date) -> None:
    """Note what changed in the operations, and which came or went."""
    before, after = _by_address(old, "paths"), _by_address(new, "paths")
    for key, endpoint in before.items():
        scope = _scope(report, endpoint)
        if key not in after:
            sunset = _day(endpoint.node)
            is_over = endpoint.node.child("deprecated").value is True and sunset and sunset < today
            rule = "operation-retired" if is_over else "operation-removed"
            scope.add(rule, endpoint.node, f"operation {endpoint.operation_id} removed")
        else:
            _operation(scope, endpoint, after[key], today)
    for key, endpoint in after.items():
        if key not in before:
            text = f"operation {endpoint.operation_id} added"
            _scope(report, endpoint).add("operation-added", endpoint.node, text)


def compare_webhooks(report: Report, old: Contract, new: Contract) -> None:
    """Note what changed in the webhooks: the server sends what the contract calls a request."""
    before, after = _by_address(old, "webhooks"), _by_address(new, "webhooks")
    for key, endpoint in before.items():
        scope = _scope(report, endpoint)
        if key not in after:
            scope.add("webhook-removed", endpoint.node, f"webhook {endpoint.path} removed")
            continue
        bodies = [one.node.get("requestBody") for one in (endpoint, after[key])]
        compare_contents(scope.towards(Direction.RESPONSE), bodies[0], bodies[1])
    for key, endpoint in after.items():
        if key not in before:
            text = f"webhook {endpoint.path} added"
            _scope(report, endpoint).add("webhook-added", endpoint.node, text)


def _by_address(contract: Contract, kind: str) -> dict[Key, Endpoint]:
    """Return the operations by method and path; the names of path parameters do not count."""
    return {
        (method, _NAME.sub("{}", path)): Endpoint(method, path, node, item)
        for path, item in contract.node(kind).entries()
        for method, node in item.entries()
        if method in METHODS
    }


def _scope(report: Report, endpoint: Endpoint) -> Scope:
    is_stable = _stability(endpoint) not in {"draft", "alpha"}
    return Scope(report, endpoint.operation_id, is_stable=is_stable)


def _stability(endpoint: Endpoint) -> str:
    level = endpoint.node.text("x-stability-level")
    return level if level in _LEVELS else "stable"


def _operation(scope: Scope, old: Endpoint, new: Endpoint, today: date) -> None:
    _facts(scope, old, new)
    _sunset(scope, old.node, new.node, today)
    compare_security(scope, old, new)
    compare_extensions(scope, old, new)
    request = scope.towards(Direction.REQUEST)
    _parameters(request, old, new)
    _body(request, old, new)
    compare_responses(scope.towards(Direction.RESPONSE), old, new)


def _facts(scope: Scope, old: Endpoint, new: Endpoint) -> None:
    node = new.node
    if old.operation_id != new.operation_id:
        text = f"operationId: {old.operation_id} → {new.operation_id}"
        scope.add("operation-id-changed", node, text, "operationId")
    tags = [one.node.strings("tags") for one in (old, new)]
    if tags[0] != tags[1]:
        text = f"tags: {', '.join(tags[0])} → {', '.join(tags[1])}"
        scope.add("operation-tags-changed", node, text, "tags")
    levels = [_stability(one) for one in (old, new)]
    if levels[0] != levels[1]:
        word = "lowered" if _LEVELS.index(levels[1]) < _LEVELS.index(levels[0]) else "raised"
        text = f"stability: {levels[0]} → {levels[1]}"
        scope.add(f"stability-{word}", node, text, "x-stability-level")


def _deprecation(scope: Scope, rule: str, old: Node, new: Node) -> None:
    was, is_now = (one.child("deprecated").value is True for one in (old, new))
    if was != is_now:
        word = "deprecated" if is_now else "undeprecated"
        scope.add(rule + word, new if is_now else old, word, "deprecated")


def _sunset(scope: Scope, old: Node, new: Node, today: date) -> None:
    _deprecation(scope, "operation-", old, new)
    before, after = _day(old), _day(new)
    if before == after:
        return
    node = new if after else old
    text = f"sunset: {before or 'none'} → {after or 'none'}"
    if before is None:
        rule = "sunset-announced"
    else:
        rule = "sunset-earlier" if after and after < before else "sunset-later"
    if rule != "sunset-later" and after and after < today + timedelta(days=NOTICE):
        rule, text = "sunset-near", f"{text} leaves less than {NOTICE} days"
    scope.add(rule, node, text, "x-sunset")


def _day(node: Node) -> date | None:
    try:
        return date.fromisoformat(node.text("x-sunset")[:10])
    except ValueError:
        return None


def _by_name(endpoint: Endpoint) -> dict[Key, Node]:
    """Return the parameters; those of the path by position, as their names do not count."""
    places = {name: str(index) for index, name in enumerate(_NAME.findall(endpoint.path))}
    found: dict[Key, Node] = {}
    for node in endpoint.parameters():
        place, name = node.text("in"), node.text("name")
        if place == "path":
            name = places.get(f"{{{name}}}", name)
        found[place, name.lower() if place == "header" else name] = node
    return found


def _parameters(scope: Scope, old: Endpoint, new: Endpoint) -> None:
    before, after = _by_name(old), _by_name(new)
    for key, node in before.items():
        if key in after:
            _parameter(scope, node, after[key])
            continue
        extra = new.extensions().get("x-additional-query")
        is_refused = key[0] == "query" and (extra is None or extra.value is not True)
        rule = "parameter-removed" if is_refused else "parameter-ignored"
        scope.add(rule, _use(old, node), f"{key[0]} parameter {node.text('name')} removed")
    for key, node in after.items():
        if key not in before:
            is_required = node.child("required").value is True
            rule = "required-parameter-added" if is_required else "parameter-added"
            scope.add(rule, _use(new, node), f"{key[0]} parameter {node.text('name')} added")


def _use(endpoint: Endpoint, parameter: Node) -> Node:
    """Return the place where the operation names the parameter."""
    for holder in (endpoint.node, endpoint.item):
        for _, entry in holder.get("parameters").entries():
            if entry.follow().pointer == parameter.pointer:
                return entry
    return parameter


def _parameter(scope: Scope, old: Node, new: Node) -> None:
    if old.text("in") == "path" and old.text("name") != new.text("name"):
        text = f"path parameter {old.text('name')} → {new.text('name')}"
        scope.add("path-parameter-renamed", new, text, "name")
    was, is_now = (one.child("required").value is True for one in (old, new))
    if was != is_now:
        word = "required" if is_now else "optional"
        scope.add(f"parameter-{word}", new, f"parameter {new.text('name')} is {word} now")
    styles = [_style(one) for one in (old, new)]
    if styles[0] != styles[1]:
        scope.add("parameter-style-changed", new, f"written as {styles[0]} → {styles[1]}")
    _deprecation(scope, "", old, new)
    schemas = [one.child("schema") if one.has("schema") else _content(one) for one in (old, new)]
    Comparison(scope).nodes(schemas[0], schemas[1])


def _style(parameter: Node) -> str:
    """Return how a value is written in the request."""
    if parameter.has("content"):
        return ", ".join(name for name, _ in parameter.child("content").entries())
    style = parameter.text("style") or _STYLES.get(parameter.text("in"), "simple")
    explode = parameter.child("explode").value
    words = [style, "exploded" if explode or (explode is None and style == "form") else ""]
    words.append("reserved" if parameter.child("allowReserved").value is True else "")
    return " ".join(filter(None, words))


def _content(parameter: Node) -> Node:
    entries = parameter.child("content").entries()
    return (entries[0][1] if entries else parameter).child("schema")


def _body(scope: Scope, old: Endpoint, new: Endpoint) -> None:
    before, after = old.node.get("requestBody"), new.node.get("requestBody")
    if not after.exists:
        if before.exists:
            scope.add("body-removed", old.node, "request body removed", "requestBody")
        return
    was, is_now = (one.child("required").value is True for one in (before, after))
    if is_now and not was:
        scope.add("body-required", new.node, "a request body is required now", "requestBody")
    elif not before.exists:
        scope.add("body-added", new.node, "optional request body added", "requestBody")
    elif was and not is_now:
        scope.add("body-optional", new.node, "the request body is optional now", "requestBody")
    if before.exists:
        compare_contents(scope, before, after)
