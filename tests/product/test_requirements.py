"""Compiled requirements lose what only a removed part needed."""

import re

from spec.product.requirements import needed, without
from tests.conftest import ROOT

PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
COMPILED = """# How it was made
black==26.10 \\
    --hash=sha256:1
zizmor==1.32 ; python_version < "3.13" \\
    --hash=sha256:2 \\
    --hash=sha256:3
"""


# `make test` does not install their packages, so what those need is not known.
APART = {"requirements-load.txt", "requirements-ship.txt"}


def names() -> set[str]:
    paths = [path for path in ROOT.glob("requirements*.txt") if path.name not in APART]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return {name for text in texts for name in re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)}


def test_all_compiled_packages_are_needed() -> None:
    assert names() - needed(PROJECT) == set()


def test_a_requirement_goes_with_what_it_alone_needs() -> None:
    left = re.sub(r'^ *"zizmor.*\n', "", PROJECT, flags=re.MULTILINE)

    assert needed(PROJECT) - needed(left) == {"zizmor"}


def test_what_others_need_too_stays() -> None:
    left = re.sub(r'^ *"black.*\n', "", PROJECT, flags=re.MULTILINE)

    assert "black" not in needed(left)
    assert {"click", "packaging"} <= needed(left)


def test_a_package_loses_all_its_lines() -> None:
    assert without(COMPILED, {"zizmor"}) == "".join(COMPILED.splitlines(keepends=True)[:3])
