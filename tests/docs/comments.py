"""Which files the comments and docstrings of code and settings name, and whether they exist."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tests.docs.names import FOLDERS, files, missing
from tests.docs.pages import ROOT, Page

_SUFFIXES = {".ini", ".py", ".toml", ".yaml", ".yml", ".example"}
_NAMES = {"Dockerfile", "Makefile", "run"}
_FOLDERS = "|".join(map(re.escape, FOLDERS))
_NAMED = re.compile(rf"(?<![\w/.:{{}}-])(?:{_FOLDERS})/[\w./<>*-]*[\w>*/](?![\w{{])")
_COMMENT = re.compile(r"(?:^|\s)#.*")


def stale_files(path: str, text: str | None = None) -> list[str]:
    """Return every file or folder that comments name and that does not exist, with its line."""
    text = (ROOT / path).read_text(encoding="utf-8") if text is None else text
    if not _NAMED.search(text):
        return []
    lines = _python(text) if path.endswith(".py") else _settings(text)
    return [
        f"{path}:{number}: no such {kind}: {match[0]}"
        for number, line in lines
        for match in _NAMED.finditer(line)
        if (kind := missing(match[0], Page(path, "")))
    ]


def commented_files() -> list[str]:
    """Return the files that may hold comments."""
    found = (path for path in files() if path.suffix in _SUFFIXES or path.name in _NAMES)
    return sorted(path.relative_to(ROOT).as_posix() for path in found if path.is_file())


def _python(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(docstring), lineno=first)):
                yield from enumerate(docstring.splitlines(), first)
            case _:
                pass


def _settings(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        yield from ((number, comment) for comment in _COMMENT.findall(line))
