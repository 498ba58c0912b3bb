"""From the contract's words to Python's: names, literals and docstrings."""

import builtins
import keyword
import re
import textwrap

LINE_LENGTH = 100

# Names that generated modules use themselves; a parameter may not hide one.
RESERVED = {
    *("body", "deps", "models", "operation", "operations", "principal"),
    *("render", "render_reply", "router", "self", "services", "types"),
}


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


def parameter_name(name: str) -> str:
    """Return the Python name of a parameter; where it differs, the own name becomes the alias."""
    plain = snake(name)
    if not plain or plain[0].isdigit():
        plain = f"value_{plain}"
    return f"{plain}_" if is_taken(plain) else plain


def sentence(text: str) -> str:
    """Return a description as one line that ends as a sentence does."""
    line = " ".join(text.split())
    return line if line.endswith((".", "!", "?")) else f"{line}."


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
