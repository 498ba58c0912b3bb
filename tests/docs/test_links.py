"""What a page names exists: files, anchors, modules, commands, settings, identifiers."""

import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest

from app.core.config import Settings
from spec.tools.cli import VERBS
from tests.docs.pages import PAGES, ROOT, Page

FOLDERS = {"app", "docs", "spec", "tests", "tools", ".ci", ".github"}
LATER = {"app/api/v1/deps.py"}  # spec/README.md: what an older version gets beside a newer one
PATH = re.compile(r"(\.?[\w<>*…-]+/)*(\.?[\w<>*-]+\.[a-z0-9]+|\.?[\w<>*-]+/?)")
MODULE = re.compile(r"(app|spec|tests|tools)(\.\w+)+(:\w+)?")
SETTING = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*_?")
IDENTIFIER = re.compile(r"@?([a-z]\w*_\w+|[A-Za-z]+[a-z][A-Z]\w+)(\.\w+)?(\(.*\))?")
OPERATION = re.compile(r"[a-z]+([A-Z][a-z]+)+")
SUFFIXES = {".ini", ".json", ".md", ".py", ".toml", ".txt", ".yaml", ".yml", ".example"}

every_page = pytest.mark.parametrize("page", PAGES, ids=str)


@cache
def sources() -> dict[Path, str]:
    """Return everything that may define a name, besides the pages and their tests."""
    suffixes, here = {".py", ".yaml", ".yml", ".toml"}, Path(__file__).parent
    sought = (path for path in files() if path.suffix in suffixes or path.name == "Makefile")
    return {path: path.read_text() for path in sought if path.parent != here}


@cache
def files() -> list[Path]:
    """Return every file of the project, of any kind."""
    below = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    return [path for path in (*ROOT.iterdir(), *below) if path.is_file()]


@cache
def words(folder: str = "") -> set[str]:
    texts = (text for path, text in sources().items() if path.is_relative_to(ROOT / folder))
    return {word for text in texts for word in re.findall(r"\w+", text)}


@cache
def capitals() -> set[str]:
    """Return the settings, the constants of modules, and variables of the environment."""
    text = "\n".join(sources().values())
    constants = re.findall(r"^([A-Z][A-Z0-9_]*)\b(?:: .+?)? [?:]?= ?", text, re.MULTILINE)
    variables = re.findall(r"\benviron(?:\.get)?[\[(]\s*\"(\w+)\"", text)
    return {*constants, *variables, *(name.upper() for name in Settings.model_fields)}


def exists(name: str, page: Page) -> bool:
    """Tell whether a path exists, from the page or the root; a bare name may be anywhere."""
    pattern = re.sub(r"<\w+>|…", "*", name).rstrip("/")
    if "/" not in name and Path(name).suffix:
        return pattern in {path.name for path in files()}
    folders = (ROOT, (ROOT / page.path).parent)
    return name in LATER or any(next(folder.glob(pattern), None) for folder in folders)


@every_page
def test_links_lead_somewhere(page: Page) -> None:
    for link in page.links:
        path, _, anchor = link.partition("#")
        target = ((ROOT / page.path).parent / path).resolve() if path else ROOT / page.path
        assert target.exists(), page.at(link)
        assert target.is_relative_to(ROOT), page.at(link)
        if anchor:
            assert anchor in Page(target.relative_to(ROOT).as_posix()).anchors, page.at(link)


@every_page
def test_paths_exist(page: Page) -> None:
    for name in page.names:
        first, suffix = name.partition("/")[0], Path(name).suffix
        if name in page.creates:
            continue
        if PATH.fullmatch(name) and (first in FOLDERS or suffix in SUFFIXES):
            assert exists(name, page), page.at(name)


@every_page
def test_modules_exist(page: Page) -> None:
    for name in page.names:
        if MODULE.fullmatch(name) and "*" not in name:
            try:
                pkgutil.resolve_name(name)
            except (ImportError, AttributeError) as error:
                raise AssertionError(page.at(name)) from error


@every_page
def test_commands_exist(page: Page) -> None:
    targets = set(re.findall(r"^([a-z-]+):", sources()[ROOT / "Makefile"], re.MULTILINE))
    for command in page.commands():
        if match := re.match(r"make ([a-z-]+)", command):
            assert match[1] in targets, page.at(command)
        if match := re.match(r"python -m spec (\w+)", command):
            assert match[1] in VERBS, page.at(command)


@every_page
def test_settings_exist(page: Page) -> None:
    """A word in capitals is a setting, `A_` the start of some; `ABC` may be another name."""
    for name in (name.partition("=")[0] for name in page.names):
        if SETTING.fullmatch(name):
            known = capitals() if "_" in name else capitals() | words()
            starts = name.endswith("_") and any(one.startswith(name) for one in known)
            assert starts or name in known, page.at(name)


@every_page
def test_identifiers_exist(page: Page) -> None:
    for name in page.names:
        if IDENTIFIER.fullmatch(name):
            parts = re.findall(r"\w+", re.sub(r"\(.*|make_…", "", name))
            known = words("spec") if OPERATION.fullmatch(name) else words()
            assert known.issuperset(parts), page.at(name)
