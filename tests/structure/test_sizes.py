"""Nothing grows beyond what a person reads in one go."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.conftest import ROOT
from tests.structure.files import SOURCES, functions, is_generated, lines_of, modules

WRITTEN = [path for path in modules(*SOURCES) if not is_generated(path)]
# Alembic writes these, one function per direction, and they do not change later.
REVISIONS = Path("app/db/migrations/versions")
SPLIT = "Fix: move one topic to another module, function or template"


def beyond(limit: int, sizes: Mapping[str, int]) -> dict[str, int]:
    return {name: size for name, size in sizes.items() if size > limit}


def sizes(paths: Iterable[Path]) -> dict[str, int]:
    return {str(path): lines_of(path) for path in paths}


def test_a_module_has_at_most_300_lines() -> None:
    assert beyond(300, sizes(path for path in WRITTEN if path.parts[0] != "tests")) == {}, SPLIT


def test_a_test_module_has_at_most_400_lines() -> None:
    assert beyond(400, sizes(path for path in WRITTEN if path.parts[0] == "tests")) == {}, SPLIT


def test_a_function_has_at_most_40_lines() -> None:
    paths = (path for path in WRITTEN if REVISIONS not in path.parents)

    assert beyond(40, dict(entry for path in paths for entry in functions(path))) == {}, SPLIT


def test_a_template_has_at_most_40_lines() -> None:
    templates = [
        path.relative_to(ROOT)
        for pattern in ("app/**/*.mako", "spec/**/*.j2")
        for path in ROOT.glob(pattern)
    ]

    assert templates
    assert beyond(40, sizes(templates)) == {}, SPLIT


def test_a_readme_of_a_package_has_at_most_80_lines() -> None:
    pages = [p.relative_to(ROOT) for s in SOURCES for p in ROOT.glob(f"{s}/**/README.md")]

    assert pages
    assert beyond(80, sizes(pages)) == {}, "Fix: shorten it, or move details to a page of docs/"
