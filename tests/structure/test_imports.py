"""The inner layers know no web framework."""

import subprocess
import sys

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
