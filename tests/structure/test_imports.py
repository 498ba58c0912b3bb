"""The inner layers know no web framework, and `app.core` knows no layer above it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.structure.files import modules

PROBE = """
import importlib, sys
sys.modules |= {"fastapi": None, "starlette": None}  # Importing these fails from now on.
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def test_the_inner_layers_work_without_the_web_framework() -> None:
    names = [
        ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for path in modules("app/core", "app/schemas", "app/db", "app/services")
        if "migrations" not in path.parts
    ]

    imported = subprocess.run(
        [sys.executable, "-c", PROBE, *names], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert imported.returncode == 0, imported.stderr


@pytest.mark.parametrize(
    "above", ["db.base", "services.users", "core.dependencies", "core.resources"]
)
def test_a_new_module_of_core_imports_nothing_from_above(tmp_path: Path, above: str) -> None:
    shutil.copytree(ROOT / "app", tmp_path / "app")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "app" / "core" / "newcomer.py").write_text(f"import app.{above}\n")

    checked = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 1
    assert f"app.core.newcomer -> app.{above} " in checked.stdout
