"""Marks of parts in shared files.

A comment `part NAME` at the end of a line means that the line belongs to the part. Alone on its
line it begins a block, which `end part` ends. Several names mean that the text needs all of them.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from spec.tools.finding import Finding, RefusedError, Where

_OPEN, _CLOSE = r"(?:#|<!--) ?", r"(?: ?-->)?"
_MARK = re.compile(
    rf"^(?P<text>.*?)\s*{_OPEN}part (?P<names>[a-z_]+(?: [a-z_]+)*){_CLOSE}(?P<rest> \|)?$"
)
_END = re.compile(rf"^\s*{_OPEN}end part{_CLOSE}$")


class Line(NamedTuple):
    """A line of a file.

    Attributes:
        text: As it is in the file.
        plain: Without its mark; None for a line that is nothing but a mark.
        names: The parts that it needs.
    """

    text: str
    plain: str | None
    names: frozenset[str]


def lines_of(text: str, path: Path) -> Iterator[Line]:
    """Yield the lines of a file.

    Raises:
        RefusedError: A block has no end, or an end has no block.
    """
    begun, names = 0, frozenset[str]()
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        mark = _MARK.match(line)
        if _END.match(line):
            if not begun:
                raise _unpaired(path, number, "the end of a part that did not begin")
            yield Line(line, None, names)
            begun, names = 0, frozenset()
        elif mark is None:
            yield Line(line, line, names)
        elif mark["text"].strip():
            own = frozenset(mark["names"].split())
            yield Line(line, f"{mark['text']}{mark['rest'] or ''}\n", names | own)
        elif begun:
            raise _unpaired(path, begun, "a part without an end")
        else:
            begun, names = number, frozenset(mark["names"].split())
            yield Line(line, None, names)
    if begun:
        raise _unpaired(path, begun, "a part without an end")


def without(text: str, gone: frozenset[str], path: Path) -> str:
    """Return a file's text without the lines of some parts.

    Raises:
        RefusedError: A block has no end, or an end has no block.
    """
    return "".join(line.text for line in lines_of(text, path) if not line.names & gone)


def unmarked(text: str, path: Path) -> str:
    """Return a file's text without any mark.

    Raises:
        RefusedError: A block has no end, or an end has no block.
    """
    return "".join(line.plain for line in lines_of(text, path) if line.plain is not None)


def _unpaired(path: Path, number: int, reason: str) -> RefusedError:
    fix = "begin a block with `part NAME`, and end it with `end part`"
    return RefusedError(Finding(Where(str(path), number), reason, fix))
