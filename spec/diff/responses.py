"""Comparison of responses: statuses, headers, links, and bodies in either direction."""

from spec.diff.catalogue import Direction
from spec.diff.report import Scope
from spec.diff.schemas import Comparison
from spec.diff.view import written
from spec.tools.contract import Endpoint, Node


def compare_responses(scope: Scope, old: Endpoint, new: Endpoint) -> None:
    """Note what changed in the responses of an operation."""
    before, after = (one.node.get("responses") for one in (old, new))
    for status, node in before.entries():
        if not _covering(after, status).exists:
            scope.add(f"{_kind(status)}-removed", node, f"status {status} removed")
    for status, node in after.entries():
        counterpart = _covering(before, status)
        if not counterpart.exists:
            scope.add(f"{_kind(status)}-added", node, f"status {status} added")
        elif not scope.is_same(counterpart, node):
            first, second = counterpart.follow(), node.follow()
            _headers(scope, first, second)
            _links(scope, first, second)
            compare_contents(scope, first, second)


def compare_contents(scope: Scope, old: Node, new: Node) -> None:
    """Compare bodies by media type; a body that came or went has all of its media types."""
    before, after = (_by_type(one) for one in (old, new))
    for name, content in before.items():
        if name not in after:
            scope.add("media-type-removed", content, f"media type {name} removed")
            continue
        other = after[name]
        if scope.direction is Direction.REQUEST and _encoding(content) != _encoding(other):
            scope.add("encoding-changed", other, "encoding of the form changed", "encoding")
        Comparison(scope).nodes(content.child("schema"), other.child("schema"))
    for name, content in after.items():
        if name not in before:
            scope.add("media-type-added", content, f"media type {name} added")


def _by_type(body: Node) -> dict[str, Node]:
    return {name.lower(): content for name, content in body.get("content").entries()}


def _encoding(content: Node) -> str:
    return written(content.child("encoding").value or {})


def _covering(responses: Node, status: str) -> Node:
    """Return the response for a status: its own, that of its class, or the default."""
    keys = (status, f"{status[:1]}XX", "default")
    return responses.child(next((key for key in keys if responses.has(key)), status))


def _kind(status: str) -> str:
    return "success" if status[:1] in {"1", "2", "3"} else "error"


def _headers(scope: Scope, old: Node, new: Node) -> None:
    before, after = (
        {name.lower(): node for name, node in one.get("headers").entries()} for one in (old, new)
    )
    for name, node in before.items():
        was_required = node.follow().child("required").value is True
        if name not in after:
            rule = "header-removed" if was_required else "optional-header-removed"
            scope.add(rule, node, f"header {node.name} removed")
            continue
        header = after[name].follow()
        is_required = header.child("required").value is True
        if was_required != is_required:
            word = "required" if is_required else "optional"
            scope.add(f"header-{word}", after[name], f"header {node.name} is {word} now")
        Comparison(scope).nodes(node.follow().child("schema"), header.child("schema"))
    for name, node in after.items():
        if name not in before:
            scope.add("header-added", node, f"header {node.name} added")


def _links(scope: Scope, old: Node, new: Node) -> None:
    before, after = old.get("links"), new.get("links")
    for name, node in before.entries():
        if not after.has(name):
            scope.add("link-removed", node, f"link {name} removed")
    for name, node in after.entries():
        if not before.has(name):
            scope.add("link-added", node, f"link {name} added")
