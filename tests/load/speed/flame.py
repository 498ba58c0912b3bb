"""`python -m tests.load.speed.flame stacks.txt picture.svg`: draw sampled stacks.

py-spy samples them: `py-spy record --format raw --output stacks.txt --pid ...`.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

_WIDTH, _ROW, _LEAST = 1200, 17, 0.003
_FRAME = re.compile(r"(?P<name>.+) \((?P<file>.+?)(:\d+)?\)")
_COLOURS = {
    "app/": "#4c9be8",
    "sqlalchemy": "#f2a65a",
    "psycopg": "#7bc47f",
    "redis": "#e57373",
    "fastapi": "#b39ddb",
    "starlette": "#b39ddb",
}


@dataclass
class Node:
    """A function at one place in the stacks, and what it called."""

    name: str
    file: str
    samples: int = 0
    below: dict[str, "Node"] = field(default_factory=dict[str, "Node"])

    def add(self, frames: Sequence[str], samples: int) -> None:
        """Add a stack below this function."""
        self.samples += samples
        if frames:
            match = _FRAME.fullmatch(frames[0])
            name, file = (match["name"], match["file"]) if match else (frames[0], "")
            node = self.below.setdefault(f"{name} {file}", Node(name, file))
            node.add(frames[1:], samples)


def read(text: str) -> Node:
    """Return the stacks of requests, from the application on."""
    root = Node("a request", "")
    for line in text.splitlines():
        stack, _, samples = line.rpartition(" ")
        frames = stack.split(";")
        start = next((n for n, it in enumerate(frames) if "(app/api/middleware.py" in it), None)
        if start is not None:
            root.add(frames[start:], int(samples))
    return root


def boxes(node: Node, total: int, left: float = 0, depth: int = 0) -> Iterator[str]:
    """Yield the rectangles of a function and of what it called; narrow ones are left out."""
    width = _WIDTH * node.samples / total
    if width < _LEAST * _WIDTH:
        return
    colour = next((it for key, it in _COLOURS.items() if node.file.startswith(key)), "#d0d0d0")
    share, label = f"{node.samples / total:.1%}", node.name[: int(width / 6.6)]
    yield (
        f'<g><title>{escape(node.name)} {escape(node.file)} {share}</title><rect x="{left:.1f}" '
        f'y="{depth * _ROW}" width="{width:.1f}" height="{_ROW - 1}" fill="{colour}"/>'
        f'<text x="{left + 2:.1f}" y="{depth * _ROW + 12}">{escape(label)}</text></g>'
    )
    for child in sorted(node.below.values(), key=lambda it: -it.samples):
        yield from boxes(child, total, left, depth + 1)
        left += _WIDTH * child.samples / total


def draw(root: Node) -> str:
    """Return the picture: the caller above, what it called below, the width is the time."""
    drawn = [*boxes(root, root.samples)]
    height = _ROW + max(int(y) for box in drawn for y in re.findall(r' y="(\d+)" width', box))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        'font-family="monospace" font-size="11"><rect width="100%" height="100%" fill="#fff"/>'
        f"{''.join(drawn)}</svg>\n"
    )


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(draw(read(Path(sys.argv[1]).read_text())))
