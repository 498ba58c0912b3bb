"""How the verdict names a place of the contract: by names, never by lines or indexes."""

from spec.tools.contract import METHODS, Node

_KINDS = {
    "parameters": "parameter",
    "headers": "header",
    "requestBodies": "body",
    "responses": "response",
    "securitySchemes": "security scheme",
    "links": "link",
}
_LISTED = {"tags": ("tag", "name"), "servers": ("server", "url")}
_MEMBERS = {
    "properties": ".{}",
    "oneOf": "|{}",
    "anyOf": "|{}",
    "allOf": "",
    "parameters": " parameter {}",
    "responses": " {}",
    "headers": " header {}",
    "content": " {}",
    "links": " link {}",
    "scopes": " {}",
}
_SINGLE = {"items": "[]", "additionalProperties": ".*", "requestBody": " body"}


def subject_of(node: Node) -> str:
    """Return the name of a value, such as `Item.name` or `GET /items 200 header ETag`."""
    kind, *rest = node.pointer or ("contract",)
    if kind == "components" and len(rest) > 1:
        start = rest[1] if rest[0] == "schemas" else f"{_KINDS.get(rest[0], rest[0])} {rest[1]}"
        return start + _tail(node, 3)
    if kind in {"paths", "webhooks"} and rest:
        if rest[1:] and rest[1] in METHODS:
            return f"{rest[1].upper()} {rest[0]}{_tail(node, 3)}"
        return rest[0] + _tail(node, 2)
    if kind in _LISTED and rest:
        return f"{_LISTED[kind][0]} {node.contract.node(kind, rest[0]).text(_LISTED[kind][1])}"
    return kind


def _tail(node: Node, start: int) -> str:
    """Return the names of what lies inside of a component or an operation."""
    text, tokens, index = "", node.pointer, start
    while index < len(tokens):
        token, following = tokens[index], tokens[index + 1 : index + 2]
        if token in _MEMBERS and following:
            name = following[0]
            if token == "parameters":  # noqa: S105 - a token of a pointer
                name = node.contract.node(*tokens[: index + 2]).follow().text("name")
            text += _MEMBERS[token].format(name)
            index += 2
        else:
            text += _SINGLE.get(token, "")
            index += 1
    return text
