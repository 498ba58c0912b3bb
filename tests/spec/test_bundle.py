"""Files become one document; what is wrong in a file is named with its line."""

import json
from pathlib import Path

import pytest

from spec.tools.bundle import assemble, bundle
from spec.tools.finding import Finding
from spec.tools.load import load
from tests.spec.project import Project

FAULTS = [
    ("pets.yaml", "    Pet:\n", "    Cat: {type: object}  # HERE\n    Pet:\n", "occurs twice"),
    ("pets.yaml", "tags: [pets]", "tags: [pets", "not YAML"),
    ("pets.yaml", "tags: [pets]", "tags: !!set {pets}  # HERE", "no JSON form"),
    ("pets.yaml", "    Pet:\n", "    <<: {a: b}  # HERE\n    Pet:\n", "plain string"),
    ("pets.yaml", "tags: [pets]", "tags: &tags [*tags]  # HERE", "points into itself"),
    ("pets.yaml", "schemas/PetPage", 'schemas/PetPag"  # HERE', "has no components/schemas"),
    (
        "openapi.yaml",
        "pets.yaml#/paths/pet\n",
        "pets.yaml#/paths/per  # HERE\n",
        "has no paths/per",
    ),
    ("openapi.yaml", "pets.yaml#/paths/pet\n", "pats.yaml#/paths/pet  # HERE\n", "is no file pats"),
    ("openapi.yaml", "pets.yaml#/paths/pet\n", "pets.yaml#/pet  # HERE\n", "leads to no path"),
    (
        "pets.yaml",
        "common.yaml#/components/responses/Error",
        "'#/x/y'",
        "does not name a component",
    ),
    ("files.yaml", "    Form:\n", "    Pet: {type: object}\n    Form:\n", "schemas/Pet is also at"),
    ("pets.yaml", "paths:\n", "paths:\n  ghost: {}  # HERE\n", "the path ghost is not listed"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), FAULTS)
def test_a_fault_is_named_with_its_line(
    project: Project, file: str, old: str, new: str, message: str
) -> None:
    project.edit(file, old, new)

    found = project.broken()

    assert [it for it in found if message in it.message], found
    if "HERE" in new:
        lines = {(it.where.file, it.where.line) for it in found if message in it.message}
        assert project.marked() in lines, found


def test_a_close_name_is_suggested(project: Project) -> None:
    project.edit("pets.yaml", "schemas/PetPage", "schemas/PetPaje")

    (found,) = project.broken()

    assert found.fix == "did you mean PetPage?"


def test_a_forgotten_file_is_found(project: Project) -> None:
    project.contract.joinpath("ghosts.yaml").write_text("paths: {}\n")

    (found,) = project.broken()

    assert str(found).startswith("spec/v1/ghosts.yaml:1: nothing refers to this file. Fix: ")


def test_an_unreadable_file_is_a_finding(project: Project) -> None:
    project.contract.joinpath("common.yaml").write_bytes(b"\xff")

    assert [it.where.file for it in project.broken() if "cannot be read" in it.message] == [
        "spec/v1/common.yaml"
    ]


def test_an_empty_document_is_a_finding(project: Project) -> None:
    project.target.contract.write_text("")

    assert "is empty" in project.broken()[0].message


def test_the_bundle_refers_only_to_itself(project: Project) -> None:
    document = json.loads("\n".join(bundle(project.target)))

    assert list(document["paths"])[:2] == ["/pets", "/pets/{pet_id}"]
    assert list(document["components"]["schemas"])[:2] == ["PetKind", "Cat"]
    assert ".yaml" not in json.dumps(document)


def test_positions_survive_bundling(project: Project) -> None:
    project.edit("pets.yaml", "propertyName: kind", "propertyName: kind  # HERE")
    contract = assemble(project.target)

    where = contract.node("components", "schemas", "Pet", "discriminator", "propertyName").where

    assert (where.file, where.line) == project.marked()


def test_plain_scalars_follow_yaml_1_2(tmp_path: Path) -> None:
    findings: list[Finding] = []
    path = tmp_path / "a.yaml"
    path.write_text(
        "on: yes\nday: 2026-01-31\nmap: {200: 0x1F}\nlist: [~, null, true, 1, -1.5, 1e3, '5', .5]\n"
    )

    data = load(path, "a.yaml", findings).data

    assert findings == []
    assert data == {
        "on": "yes",
        "day": "2026-01-31",
        "map": {"200": "0x1F"},
        "list": [None, None, True, 1, -1.5, 1000.0, "5", 0.5],
    }


def test_a_reference_in_data_is_left_alone(project: Project) -> None:
    project.edit("pets.yaml", "value: {pets: []}", "value: {$ref: ./a.json}")
    project.edit("openapi.yaml", "paths:", "x-topics: [{$ref: ./start.md}]\npaths:")

    contract = assemble(project.target)

    assert contract.document["x-topics"] == [{"$ref": "./start.md"}]
    example = ("200", "content", "application/json", "examples", "empty", "value")
    node = contract.node("paths", "/pets", "get", "responses", *example)
    assert node.value == {"$ref": "./a.json"}
