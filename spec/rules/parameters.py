"""Rules about parameters."""

import re
from collections.abc import Iterator

from spec.tools.contract import Endpoint, Node
from spec.tools.finding import closest

Breaches = Iterator[tuple[Node, str, str]]


def snake_case_names(endpoint: Endpoint) -> Breaches:
    """One spelling in URL, JSON and code; headers have their own."""
    for node in endpoint.parameters():
        name = node.text("name")
        if node.text("in") != "header" and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield node, f"the parameter {name} is not snake case", "write it in snake case"


def parameters_of_the_path(endpoint: Endpoint) -> Breaches:
    """What a path names in braces is a parameter, and no other parameter is in the path."""
    named = set(re.findall(r"\{([^}]*)\}", endpoint.path))
    known = {node.text("name"): node for node in endpoint.parameters() if node.text("in") == "path"}
    for name in sorted(named - set(known)):
        fix = closest(name, known, "add it to parameters, with in: path and required: true")
        yield endpoint.item, f"{endpoint.path} names {name}, which is no parameter of it", fix
    for name in sorted(set(known) - named):
        fix = closest(name, named, "remove it")
        yield known[name], f"{endpoint.path} does not name the parameter {name}", fix


def no_examples_beside_optional_parameters(endpoint: Endpoint) -> Breaches:
    """Tools such as Swagger UI send the example of an optional parameter unasked."""
    for node in endpoint.parameters():
        for key in ("example", "examples"):
            if node.has(key) and node.child("required").value is not True:
                what = f"the optional parameter {node.text('name')} has {key} beside its schema"
                yield node.child(key), what, "write it as a list in schema.examples"


def distinct_parameters(endpoint: Endpoint) -> Breaches:
    """Of two parameters with one name, one would be lost."""
    for holder in (endpoint.item, endpoint.node):
        seen: set[tuple[str, str]] = set()
        for _, written in holder.child("parameters").entries():
            key = written.follow().parameter_key
            if key in seen:
                yield written, f"the parameter {key[1]} occurs twice", "remove one of the two"
            seen.add(key)
