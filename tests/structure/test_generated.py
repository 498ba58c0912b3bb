"""Generated code says so, and lies where nothing else does."""

import re
import subprocess

from app import schemas
from tests.conftest import ROOT
from tests.structure.files import GENERATED_BY, SOURCES, is_generated, modules, read

OWNED = re.compile(
    r"app/(api/versions\.py|schemas/__init__\.py|schemas/v\d+/|api/v\d+/(routes|adapters/generated)/)"
)
GENERATED = [path for path in modules("app") if OWNED.match(path.as_posix())]


def test_a_generated_module_says_so_in_its_first_line() -> None:
    assert len(GENERATED) > 10
    for path in GENERATED:
        first = read(path).splitlines()[0]
        assert first.startswith(GENERATED_BY), path
        assert first.endswith("by make generate. DO NOT EDIT."), path


def test_a_module_of_one_tag_names_its_source() -> None:
    for path in GENERATED:
        version = next((part for part in path.parts if part in schemas.VERSIONS), None)
        source = f"spec/{version}/{path.stem}.yaml"
        if (ROOT / source).exists():
            assert read(path).startswith(f"# Code generated from {source} by ")


def test_no_other_module_says_so() -> None:
    assert {path for path in modules(*SOURCES) if is_generated(path)} == set(GENERATED)


def test_reviews_fold_generated_files() -> None:
    paths = [*map(str, GENERATED), f"app/schemas/{schemas.VERSIONS[0]}/openapi.json", "app/main.py"]
    command = ["git", "check-attr", "linguist-generated", "--", *paths]

    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    verdicts = {
        line.rsplit(": ", 2)[0]: line.endswith(": set") for line in answer.stdout.splitlines()
    }
    assert [path for path, is_folded in verdicts.items() if not is_folded] == ["app/main.py"]
