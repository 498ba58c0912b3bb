"""What a page names in backticks or types in a shell, and whether the repository still has it.

Commands, requests, modules and paths are looked up. Of any other name each word has to occur in
code, contract or configuration.
"""

import pkgutil
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from app.api.versions import VERSIONS
from app.core.config import Settings
from tests.docs.pages import PAGES, ROOT, Page

FOLDERS = ("app", "deploy", "docs", "spec", "tests", ".ci", ".github")
FILES = {".ini", ".json", ".md", ".py", ".toml", ".txt", ".yaml", ".yml", ".example"}
# What an older version gets beside a newer one, and what `python -m spec adopt` writes.
LATER = {"spec/v2/", "spec/v1/ADOPTED.md", "spec/v1/rules.toml"}
# Header parameters of RFC 7515 and functions of libraries that pages speak of.
FOREIGN = {"x5u", "x5c", "alter_column", "oas3-operation-security-defined"}
_PLANTED = "test_names.py"  # its tests use names that do not exist
_SOURCES = {".py", ".yaml", ".yml", ".toml", ".ini", ".j2", ".mako", ".sh", ""}
# `name` in `file`: the file has to hold the name.
_PLACE = re.compile(r"`([\w.]+)` (?:in|of) `([\w./-]+\.(?:py|toml|ya?ml))`")
_WORD = re.compile(r"[A-Za-z_](?:[\w-]*\w)?")


def stale(page: Page) -> list[str]:
    """Return every name that leads nowhere, as `page:line: kind name`."""
    return [
        f"{page.path}:{line}: no such {kind}: {name}"
        for line, name in (*page.code_spans, *page.shell_lines)
        if name not in page.creates and (kind := missing(name, page))
    ] + [
        f"{page.path}:{line}: no such place: {match[0]}"
        for line, text in enumerate(page.prose.splitlines(), 1)
        for match in _PLACE.finditer(text)
        if not _holds(match[2], match[1], page)
    ]


def missing(name: str, page: Page) -> str | None:
    """Return the kind of thing that a name looks like and that does not exist, or None."""
    for kind, pattern, exists in _KINDS:
        if match := re.match(pattern, name):
            return None if exists(match, page) else kind
    return None


def _command_exists(match: re.Match[str], page: Page) -> bool:
    target, module, verb = match.groups()
    if target:
        return target in make_targets()
    folder = ROOT / module.replace(".", "/")
    is_there = folder.with_suffix(".py").is_file() or (folder / "__main__.py").is_file()
    return is_there and (verb is None or verb in _vocabulary())


def _request_exists(match: re.Match[str], page: Page) -> bool:
    return (match[1], match[2]) in {
        (one.method, f"{version.prefix}{one.path}")
        for version in VERSIONS
        for one in version.operations.values()
    }


def _module_exists(match: re.Match[str], page: Page) -> bool:
    try:
        pkgutil.resolve_name(match[0])
    except (ImportError, AttributeError):
        return False
    return True


def _path_exists(match: re.Match[str], page: Page) -> bool:
    """Tell whether a path exists, from the page or the root; a bare name may be anywhere."""
    name = match[0]
    pattern = re.sub(r"<\w+>|…", "*", name).rstrip("/")
    if "/" in name and name.partition("/")[0] not in FOLDERS and Path(name).suffix not in FILES:
        return True  # a media type, or a folder outside of the repository
    if "/" not in name:
        return pattern in {path.name for path in files()}
    folders = (ROOT, (ROOT / page.path).parent)
    return name in LATER or any(next(folder.glob(pattern), None) for folder in folders)


def _holds(path: str, name: str, page: Page) -> bool:
    """Tell whether a file has a word; a bare file name is looked for beside the page first."""
    known = [folder / path for folder in ((ROOT / page.path).parent, ROOT)]
    found = next((file for file in known if file.is_file()), None)
    return found is None or name.rpartition(".")[2] in _WORD.findall(found.read_text())


def _words_exist(match: re.Match[str], page: Page) -> bool:
    known = _vocabulary() | page.introduces
    words = _WORD.findall(match[0].partition("(")[0].rstrip("_"))
    return all(word in known or word in FOREIGN for word in words)


_Check = Callable[[re.Match[str], Page], bool]
# What a name looks like says what it has to be; the first that fits decides.
_KINDS: tuple[tuple[str, str, _Check], ...] = (
    (
        "command",
        r"(?:\$ )?(?:make ([a-z][a-z-]*)|python3? -m ((?:app|docs|spec)[\w.]*)(?: (\w+))?)\b",
        _command_exists,
    ),
    ("request", r"(GET|POST|PUT|PATCH|DELETE) (/api/v\d+/\S*)$", _request_exists),
    ("module", r"(?:app|spec|tests)(?:\.[a-z]\w*)+(?::\w+)?(?:\.[A-Z]\w+)?$", _module_exists),
    ("file", r"(?:[\w.-]+/)*[\w<>*-]*\.(?:ini|json|md|py|toml|txt|ya?ml|example)$", _path_exists),
    ("folder", r"\.?(?:[\w<>*-]+/)+[\w<>*…-]*$", _path_exists),
    ("name", r"@?[A-Za-z_][\w-]*(?:\.[A-Za-z_]\w*)*(?:\([^)]*\)|: \S+|=\S*)?$", _words_exist),
)


@cache
def make_targets() -> set[str]:
    """Return the targets of the Makefile."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))


@cache
def files() -> list[Path]:
    """Return the files of the repository, those at its root first."""
    found = [path for path in ROOT.iterdir() if path.name != ".venv"]
    for folder in FOLDERS:
        found += (ROOT / folder).rglob("*")
    return [path for path in found if "__pycache__" not in path.parts]


@cache
def _vocabulary() -> set[str]:
    """Return the words of code, contract and configuration, and the names of files."""
    found = {name.upper() for name in Settings.model_fields}
    for path in files():
        found |= {path.name, path.stem}
        if path.is_file() and path.suffix in _SOURCES and path.name != _PLANTED:
            text = path.read_text(encoding="utf-8", errors="ignore")
            found.update(re.findall(r"\w+", text), _WORD.findall(text))
    return found


if __name__ == "__main__":
    raise SystemExit("\n".join(line for page in PAGES for line in stale(page)) or 0)
