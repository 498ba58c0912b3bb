"""A newer version is its difference from the older one, and shares the code of what is equal."""

import shutil
from pathlib import Path

import pytest

from spec.tools import cli
from spec.tools.bundle import assemble
from spec.tools.contract import Contract
from spec.tools.finding import RefusedError
from spec.tools.target import Target
from tests.spec.project import SAMPLE

ROUTER = '''"""Version 1."""

from app.api.v1.routes import ROUTERS
'''


class Versions:
    """A repository whose version 1 is the sample."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, file: str) -> str:
        return (self.root / file).read_text()

    def run(self, *arguments: str) -> int:
        return cli.main(arguments, self.root)

    def contract(self, version: str = "v2") -> Contract:
        return assemble(Target.for_version(self.root, version))

    def refused(self) -> list[str]:
        with pytest.raises(RefusedError) as refusal:
            self.contract()
        return [str(finding) for finding in refusal.value.findings]


@pytest.fixture(scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository in which version 2 was started; tests only read it."""
    versions = Versions(tmp_path_factory.mktemp("versions"))
    for path in SAMPLE.iterdir():
        versions.write(f"spec/v1/{path.name}", path.read_text())
    versions.write("app/api/v1/router.py", ROUTER)
    assert versions.run("new-version") == 0
    return versions.root


@pytest.fixture
def started(two_versions: Path, tmp_path: Path) -> Versions:
    """Return a copy of the repository that a test may change."""
    shutil.copytree(two_versions, tmp_path / "copy")
    return Versions(tmp_path / "copy")


def test_a_new_version_differs_in_its_number_and_its_addresses(started: Versions) -> None:
    older, newer = (started.contract(name).document for name in ("v1", "v2"))

    moved = str(older).replace("/sample/v1", "/sample/v2").replace("'1.0.0'", "'2.0.0'")
    assert str(newer) == moved
    assert len(started.read("spec/v2/openapi.yaml").splitlines()) < 15
    assert started.read("app/api/v2/router.py") == ROUTER.replace("1", "2")
    assert started.run("check") == 0


def test_a_third_version_differs_from_the_second(started: Versions) -> None:
    assert started.run("new-version") == 0

    assert started.read("spec/v3/openapi.yaml").startswith("x-extends: v2\n")
    assert started.contract("v3").node("servers", "0").text("url") == "/sample/v3"
    assert "services=lambda newest: v1_adapted.adapt(v2_adapted.adapt(newest))" in started.read(
        "app/api/versions.py"
    )


def test_equal_parts_are_imported(started: Versions) -> None:
    for module in ("models", "pets", "files"):
        text = started.read(f"app/schemas/v2/{module}.py")
        assert f"from app.schemas.v1.{module} import " in text
        assert "class " not in text
    assert "Operation(" not in started.read("app/schemas/v2/operations.py")
    assert "pets=newer.pets" in started.read("app/api/v1/adapters/generated/adapted.py")
    assert started.read("app/schemas/__init__.py").endswith(
        'VERSIONS: tuple[str, ...] = ("v1", "v2")\n'
    )


def test_objects_merge_and_lists_and_data_are_replaced(started: Versions) -> None:
    started.write(
        "spec/v2/pets.yaml",
        """
components:
  schemas:
    PetPage:
      required: [pets, total]
      properties:
        total: {type: integer, default: null, example: {a: null}}
""",
    )

    contract = started.contract()

    page = contract.node("components", "schemas", "PetPage")
    assert page.child("required").value == ["pets", "total"]
    assert [name for name, _ in page.child("properties").entries()] == ["pets", "total"]
    total = page.child("properties").child("total")
    assert (total.value or {}) == {"type": "integer", "default": None, "example": {"a": None}}
    assert total.where.file == "spec/v2/pets.yaml"
    assert page.child("properties").child("pets").where.file == "spec/v1/pets.yaml"


def test_null_removes_a_member(started: Versions) -> None:
    started.write("spec/v2/pets.yaml", "paths:\n  pet:\n    delete: null\n")

    ids = started.contract().by_id

    assert "deletePet" not in ids
    assert "updatePet" in ids


def test_removing_what_is_not_there_is_refused_with_its_line(started: Versions) -> None:
    started.write("spec/v2/pets.yaml", "components:\n  schemas:\n    PetPaje: null\n")

    (finding,) = started.refused()

    assert finding == (
        "spec/v2/pets.yaml:3: spec/v1/pets.yaml has no components/schemas/PetPaje to remove. "
        "Fix: did you mean PetPage?"
    )


def test_a_version_extends_an_older_one(started: Versions) -> None:
    text = started.read("spec/v2/openapi.yaml")
    started.write("spec/v2/openapi.yaml", text.replace("x-extends: v1", "x-extends: v3"))

    finding = started.refused()[0]

    assert finding.startswith("spec/v2/openapi.yaml:1: there is no version v3. Fix: ")


def test_what_differs_has_a_class_of_its_own_and_an_adapter_to_write(started: Versions) -> None:
    before = {path: path.read_bytes() for path in (started.root / "app/schemas/v1").iterdir()}
    change = "components: {schemas: {PetPage: {properties: {next: {type: boolean}}}}}\n"
    started.write("spec/v2/pets.yaml", change)

    assert started.run("generate") == 0

    models = started.read("app/schemas/v2/models.py")
    assert "class PetPage(Schema):" in models
    assert "class PetUpdate" not in models
    generated = started.read("app/api/v1/adapters/generated/pets.py")
    assert "await self.newer.pets.update_pet(pet_id, body)" in generated
    assert "def list_pets" not in generated
    assert "class Pets(PetsAdapter):" in started.read("app/api/v1/adapters/pets.py")
    assert not (started.root / "app/api/v1/adapters/files.py").exists()
    assert {
        path: path.read_bytes() for path in (started.root / "app/schemas/v1").iterdir()
    } == before


def test_services_keep_what_only_the_older_version_serves(started: Versions) -> None:
    started.write("spec/v2/pets.yaml", "paths: {pet: {delete: null}}\n")

    assert started.run("generate") == 0

    assert "async def delete_pet" in started.read("app/schemas/v2/pets.py")
    assert "async def delete_pet" not in started.read("app/api/v2/routes/pets.py")
    adapter = started.read("app/api/v1/adapters/generated/pets.py")
    assert "await self.newer.pets.delete_pet(pet_id, principal=principal)" in adapter


def test_removing_a_version_is_refused_while_another_extends_it(started: Versions) -> None:
    for path in (started.root / "spec/v1").iterdir():
        path.unlink()
    (started.root / "spec/v1").rmdir()

    assert "there is no version v1" in started.refused()[0]


def test_a_dropped_version_leaves_the_next_one_as_it_was(
    started: Versions, capsys: pytest.CaptureFixture[str]
) -> None:
    started.write(
        "spec/v2/pets.yaml",
        "components: {schemas: {PetPage: {properties: {next: {type: boolean}}}}}\n",
    )
    assert started.run("generate") == 0
    before = started.read("app/schemas/v2/openapi.json")

    assert started.run("drop-version", "v1") == 0

    assert started.read("app/schemas/v2/openapi.json") == before
    assert started.read("spec/v2/files.yaml") == (SAMPLE / "files.yaml").read_text()
    for folder in ("spec/v1", "app/schemas/v1", "app/api/v1"):
        assert not (started.root / folder).exists()
    for path in started.root.glob("app/**/*.py"):
        assert "v1" not in path.read_text()
    assert "Correct what still names it: git grep -nw v1" in capsys.readouterr().out
    assert started.run("check") == 0


@pytest.mark.parametrize("name", ["v2", "v3", "1"])
def test_only_the_oldest_version_can_be_dropped(
    started: Versions, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert started.run("drop-version", name) == 1

    assert f"{name} is not the oldest of several versions: v1, v2. Fix: " in capsys.readouterr().err
    assert (started.root / "spec/v1").exists()
