"""From the contract's words to Python's: names, literals and docstrings."""

import builtins
import itertools
import keyword
import re
import textwrap
from collections.abc import Container

from spec.tools.contract import Contract, Node

LINE_LENGTH = 100

# Names that generated modules use themselves; a parameter may not hide one.
RESERVED = {
    *("body", "contract_request", "deps", "media_type", "models", "operation", "operations"),
    *("principal", "render", "render_reply", "router", "schemas", "self", "services", "typed"),
    "types",
}
# Names of modules and constants that a tag or an operation may not take.
_MODULES = {"models", "openapi", "operations", "outgoing", "services", "deps", "routes"}
_CONSTANTS = {"PREFIX", "OPERATIONS", "SCHEMES"}
_SERVER = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:)?//[^/]*")


def snake(name: str) -> str:
    """Return `list_items` for `listItems`, `if_none_match` for `If-None-Match`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def pascal(name: str) -> str:
    """Return `ListItems` for `listItems` and `OrderLines` for `order_lines`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def is_taken(name: str) -> bool:
    """Tell whether a parameter of this name would hide something that generated code uses."""
    return (
        keyword.iskeyword(name)
        or hasattr(builtins, name)
        or name in RESERVED
        or re.fullmatch(r"v[0-9]+", name) is not None
    )


def unused(name: str, taken: Container[str], separator: str = "_") -> str:
    """Return a name, with a number behind it where it is taken."""
    numbered = (f"{name}{separator}{number}" for number in itertools.count(2))
    return next(it for it in itertools.chain([name], numbered) if it not in taken)


def parameter_name(name: str) -> str:
    """Return the Python name of a parameter; where it differs, the own name becomes the alias."""
    plain = snake(name)
    if not plain or plain[0].isdigit():
        plain = f"value_{plain}"
    return f"{plain}_" if is_taken(plain) else plain


class Names:
    """The Python names of tags and operations, each different from the others."""

    def __init__(self, contract: Contract) -> None:
        self._modules: dict[str, str] = {}
        self._functions: dict[str, str] = {}
        for endpoint in contract.endpoints():
            if endpoint.tag not in self._modules:
                self._modules[endpoint.tag] = unused(_module(endpoint.tag), self._modules.values())
            if endpoint.operation_id not in self._functions:
                name = parameter_name(endpoint.operation_id)
                self._functions[endpoint.operation_id] = unused(name, self._functions.values())

    def module(self, tag: str) -> str:
        """Return the name of a tag's modules."""
        return self._modules[tag]

    def function(self, operation_id: str) -> str:
        """Return the name of an operation's method and route."""
        return self._functions[operation_id]

    def constant(self, operation_id: str) -> str:
        """Return the name of an operation in the table."""
        name = self._functions[operation_id].upper()
        return f"{name}_" if name in _CONSTANTS else name


def _module(tag: str) -> str:
    name = parameter_name(tag)
    return f"{name}_" if name in _MODULES else name


def prefix_of(server: Node) -> str:
    """Return the path of a server's URL; raises RefusedError for a variable without a value."""
    url, variables = server.text("url"), server.child("variables")
    for name in re.findall(r"\{([^}]*)\}", url):
        if not variables.child(name).has("default"):
            fix = f"give it a default, under variables: {name}"
            raise server.refusal(f"the server's URL has the variable {name} without one", fix)
        url = url.replace(f"{{{name}}}", variables.child(name).text("default"))
    path = _SERVER.sub("", url, count=1)
    if path == url and "." in url.partition("/")[0]:
        path = url.partition("/")[2]  # a host without a scheme
    path = re.split(r"[?#]", path)[0].strip("/")
    return f"/{path}" if path not in {"", "."} else ""


def sentence(text: str) -> str:
    """Return a description as one line that ends as a sentence does."""
    line = " ".join(text.split())
    return line if line.endswith((".", "!", "?")) else f"{line}."


def paragraphs(text: str, *, indent: int = 0) -> str:
    """Return a description as a docstring that keeps its paragraphs."""
    blocks = [block for block in re.split(r"\n\s*\n", text) if block.strip()]
    return docstring(*map(sentence, blocks), indent=indent)


def docstring(text: str, *paragraphs: str, indent: int = 0, instead: str = "") -> str:
    """Return a docstring in quotes.

    A text too long for one line is split after its first sentence; where that is too long, too,
    `instead` comes first.
    """
    width = LINE_LENGTH - indent
    summary, *rest = [sentence(text)]
    if len(summary) + 6 > width:
        summary, *rest = re.split(r"(?<=[.!?]) ", summary, maxsplit=1)
    if len(summary) + 3 > width and instead:
        summary, rest = instead, [sentence(text)]
    blocks = ["\n".join(textwrap.wrap(block, width)) for block in (summary, *rest, *paragraphs)]
    inside = "\n\n".join(blocks).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    closing = "\n" if "\n" in inside else ""
    return textwrap.indent(f'"""{inside}{closing}"""', " " * indent).lstrip()
