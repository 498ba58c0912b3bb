"""Rules about the document as a whole."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from jsonschema_rs import Registry, validator_for

from spec.rules.catalogue import every_schema
from spec.tools.contract import Contract, Node
from spec.tools.finding import closest
from spec.tools.implied import references

Breaches = Iterator[tuple[Node, str, str]]


def unique_operation_ids(contract: Contract) -> Breaches:
    """Methods, links and client functions are named after the operationId."""
    seen: set[str] = set()
    for endpoint in contract.endpoints():
        if endpoint.operation_id in seen:
            node = endpoint.node.child("operationId")
            yield node, f"{endpoint.operation_id} occurs twice", "rename one of the two"
        seen.add(endpoint.operation_id)


def declared_tags(contract: Contract) -> Breaches:
    """A tag is a resource: it names a file in every layer, and describes it."""
    used, seen = {endpoint.tag for endpoint in contract.endpoints()}, set[str]()
    for _, node in contract.node("tags").entries():
        name = node.text("name")
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
            yield node, f"the tag {name} is not a Python module name", "write it in snake case"
        if not node.text("description"):
            yield node, f"the tag {name} has no description", "say what the resource is"
        if name not in used:
            yield node, f"no operation has the tag {name}", "remove the tag"
        if name in seen:
            yield node, f"the tag {name} occurs twice", "remove one of the two"
        seen.add(name)


def used_components(contract: Contract) -> Breaches:
    """A component that nothing refers to is not part of the API, but looks as if it were."""
    used = set(references(contract.document))
    for kind, components in contract.node("components").entries():
        for name, node in components.entries():
            if kind != "securitySchemes" and f"#/components/{kind}/{name}" not in used:
                yield node, f"nothing refers to {kind}/{name}", "remove it"


def named_operations(contract: Contract) -> Breaches:
    """A description that names an operation has to follow when the operation is renamed."""
    known = contract.by_id
    for node in _descriptions(contract.node()):
        for name in re.findall(r"`([a-z]+[A-Z][A-Za-z0-9]*)`", str(node.value)):
            if name not in known:
                yield node, f"there is no operation {name}", closest(name, known, "write its name")


def _descriptions(node: Node) -> Iterator[Node]:
    """Yield every description, but none inside of data."""
    for key, child in node.entries():
        if key == "description" and isinstance(child.value, str):
            yield child
        elif key not in {"example", "examples", "default", "enum", "const"}:
            yield from _descriptions(child)


def reachable_paths(contract: Contract) -> Breaches:
    """Routes are matched in the order of tags and paths, so a template hides later literals."""
    order = list(contract.tags)
    endpoints = sorted(
        contract.endpoints(), key=lambda it: order.index(it.tag) if it.tag in order else len(order)
    )
    # Only paths of the same method and length can catch each other's requests.
    earlier: dict[tuple[str, int], dict[str, re.Pattern[str]]] = {}
    for endpoint in endpoints:
        path = endpoint.path
        templates = earlier.setdefault((endpoint.method, path.count("/")), {})
        for template, pattern in templates.items():
            if template != path and pattern.fullmatch(path):
                fix = f"list it, or its tag, before {template}"
                yield endpoint.item, f"{template} catches requests to {path}", fix
        if "{" in path:
            templates[path] = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))


def values_with_schema(contract: Contract) -> Breaches:
    """A value without a schema is neither validated nor typed."""
    for holder in _holders(contract):
        if not holder.has("schema") and not holder.has("content"):
            yield holder, f"{holder.name} has no schema", "add a schema"


def contact_and_license(contract: Contract) -> Breaches:
    """Readers have to know where to ask and what they may do."""
    info = contract.node("info")
    for key in ("contact", "license"):
        if not info.child(key).value:
            yield info, f"info has no {key}", f"add {key}"


def valid_examples(contract: Contract) -> Breaches:
    """Examples are documentation, mock answers and the first requests of the fuzzing tests."""
    registry = Registry([("urn:contract", contract.document)])
    for schema, example in _examples(contract):
        if not schema.exists:
            continue  # D007 says so
        tokens = (token.replace("~", "~0").replace("/", "~1") for token in schema.pointer)
        pointer = quote("/".join(tokens))
        validator = validator_for(
            {"$ref": f"urn:contract#/{pointer}"}, registry=registry, validate_formats=True
        )
        if error := next(validator.iter_errors(example.value), None):
            reason = " ".join(error.message.split())
            node = contract.node(*example.pointer, *map(str, error.instance_path))
            kind = "default" if example.name == "default" else "example"
            yield node, f"the {kind} breaks its schema: {reason[:200]}", f"correct the {kind}"


def _examples(contract: Contract) -> Iterator[tuple[Node, Node]]:
    """Yield schema and value of every example."""
    for holder in _holders(contract):
        if holder.has("example"):
            yield holder.child("schema"), holder.child("example")
        for _, written in holder.get("examples").entries():
            yield holder.child("schema"), written.follow().child("value")
    for schema in every_schema(contract):
        for _, value in schema.node.child("examples").entries():
            yield schema.node, value
        for key in ("example", "default"):
            if schema.node.has(key):
                yield schema.node, schema.node.child(key)


def _holders(contract: Contract) -> Iterator[Node]:
    """Yield whatever has a schema and examples beside it: parameters, headers and media types."""
    for endpoint in contract.endpoints():
        yield from endpoint.parameters()
        for _, content in endpoint.node.get("requestBody").get("content").entries():
            yield content
        for _, response in endpoint.responses():
            yield from (content for _, content in response.get("content").entries())
            yield from (header.follow() for _, header in response.get("headers").entries())
