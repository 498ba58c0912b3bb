"""The files of the repository, as the structure tests see them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

GENERATED_BY = "# Code generated from spec"
SOURCES = ("app", "spec", "tests")


def modules(*folders: str) -> list[Path]:
    """Return every Python file below the folders, relative to the repository."""
    return sorted(
        path.relative_to(ROOT)
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if "__pycache__" not in path.parts
    )


def read(path: Path) -> str:
    """Return the text of a file that is named relative to the repository."""
    return (ROOT / path).read_text(encoding="utf-8")


def lines_of(path: Path) -> int:
    """Return how many lines a file has."""
    return len(read(path).splitlines())


def is_generated(path: Path) -> bool:
    """Tell whether a file's first line says that it is generated."""
    return read(path).startswith(GENERATED_BY)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Give the place and the number of lines of each function and method of a module."""
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            last = node.end_lineno or node.lineno
            yield f"{path}:{node.lineno} {node.name}", last - node.lineno + 1
