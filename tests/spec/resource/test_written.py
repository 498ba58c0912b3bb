"""What `make resource` writes passes every check as it is, for all kinds of fields."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.follow import clone

pytestmark = pytest.mark.resource

EVERY_KIND = (
    "email:email homepage:uri? code:uuid order:int(0..5) views:int(0..9999999999) type:enum(a|b)=a "
    "level:enum(low|mid-high)? happened_at:datetime? date:date=2000-01-01 notes:text? active:bool "
    "rate:decimal(5,3)=1.000 balance:decimal? model_name:string"
)
# In this order: a resource may refer to an earlier one.
RESOURCES = {
    "projects": ["--fields", "name:string(1..120) budget:decimal? due:date? archived:bool=false"],
    "people": ["--fields", EVERY_KIND, "--ownership", "none"],
    "tags": ["--fields", "field:string"],
    "lines": ["--fields", "off:enum(on|off|null)? y:int(5..5) no:bool=false true:string"],
    "order_lines": [
        "--fields",
        "project_id:ref(projects) old_project_id:ref(projects)? quantity:int(1..9)=1",
    ],
    "s3_settings": ["--fields", "order_line_id:ref(order_lines) x:string(0..1)"],
    "imports": ["--fields", "kept:string? archived:bool person_id:ref(people)?"],
}
TESTS = [
    *(f"tests/api/test_{name}.py" for name in RESOURCES),
    *("tests/access", "tests/structure", "tests/docs/test_headings.py"),
    *("tests/docs/test_operations.py", "tests/db/test_deletion.py", "tests/db/test_migrations.py"),
    *("tests/db/test_migration_locks.py", "tests/db/test_migration_data.py"),
]
CHECKS = {
    "format": "ruff check .; black --check --quiet .; isort --check --quiet .",
    "types": "mypy",
    "imports": "lint-imports --no-logo",
    "contract": "python -m spec check; python -m spec lint",
    "tests": f"pytest -q {' '.join(TESTS)}",
    "fuzzer": "pytest -q -m contract tests/contract/test_in_process.py -k 'promise or admin'",
}


def run(repository: Path, *command: str) -> None:
    tools = Path(sys.executable).parent
    environment = {name: it for name, it in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        command,
        cwd=repository,
        env=environment | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-5000:]}\n{done.stderr[-3000:]}"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with new resources."""
    root = clone(tmp_path_factory.mktemp("product"))
    for name, arguments in RESOURCES.items():
        run(root, "python", "-m", "spec", "resource", name, *arguments)
    return root


@pytest.mark.parametrize("check", CHECKS)
def test_new_resources_pass(repository: Path, check: str) -> None:
    run(repository, "bash", "-euc", CHECKS[check].replace("; ", "\n"))
