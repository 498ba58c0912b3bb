"""Parts of Markdown from which pages are generated."""

import json
from collections.abc import Iterable, Sequence

from spec.tools.load import Json


def page(title: str, *parts: str) -> str:
    """Return a page; empty parts are left out."""
    return "\n\n".join([f"# {title}", *(part for part in parts if part)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, or nothing without rows."""
    lines = [[cell(text) for text in row] for row in rows]
    if not lines:
        return ""
    lines[:0] = [list(head), ["---"] * len(head)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """Return a text for a table: one line, pipes escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def fence(language: str, text: str) -> str:
    """Return a fenced block."""
    return f"```{language}\n{text.rstrip()}\n```"


def json_block(value: Json) -> str:
    """Return a value as a block of JSON."""
    return fence("json", json.dumps(value, indent=2, ensure_ascii=False))


def codes(names: Iterable[object]) -> str:
    """Return names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)
