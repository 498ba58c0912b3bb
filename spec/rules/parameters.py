"""Rules about parameters."""

import re
from collections.abc import Iterator

from spec.tools.contract import Endpoint, Node

Breaches = Iterator[tuple[Node, str, str]]


def snake_case_names(endpoint: Endpoint) -> Breaches:
    """One spelling in URL, JSON and code; headers have their own."""
    for node in endpoint.parameters():
        name = node.text("name")
        if node.text("in") != "header" and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield node, f"the parameter {name} is not snake case", "write it in snake case"
