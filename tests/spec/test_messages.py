"""A mistake is named where it was made, with what mends it, without what only follows from it."""

import pytest

from tests.spec.project import Project

ERROR = "{$ref: common.yaml#/components/responses/Error}"
FORMS = "/forms:\n    $ref: files.yaml#/paths/forms\n"
PET = 'schema:\n                $ref: "#/components/schemas/Pet"'

# File, what the sample says, the mistake (HERE marks its line), and the whole message.
MISTAKES = [
    (
        "pets.yaml",
        f"application/json:\n              {PET}\n              examples: {{tom",
        "application/json:  # HERE\n              examples: {tom",
        "D007 application/json has no schema. Fix: add a schema",
    ),
    (
        "openapi.yaml",
        FORMS,
        "/forms:  # HERE\n",
        (
            "/forms leads to no path of a contract file. "
            "Fix: write `$ref: <tag>.yaml#/paths/<name>` below it and nothing else"
        ),
    ),
    (
        "pets.yaml",
        "      summary: List pets",
        "\tsummary: List pets  # HERE",
        "not YAML: found character that cannot start any token. Fix: indent with spaces, not tabs",
    ),
    (
        "pets.yaml",
        "lives: {type: integer, format: int32, minimum: 0, maximum: 9}",
        "lives: {type: int, minimum: 0, maximum: 9}  # HERE",
        (
            'D001 not OpenAPI: "int" is not one of "array", "boolean" or 5 other candidates. '
            "Fix: use one of array, boolean, integer, null, number, object, string"
        ),
    ),
    (
        "pets.yaml",
        "common.yaml#/components/responses/Error",
        "comon.yaml#/components/responses/Error  # HERE\n         ",
        "there is no file comon.yaml. Fix: did you mean common.yaml?",
    ),
    (
        "openapi.yaml",
        "files.yaml#/paths/forms",
        "fils.yaml#/paths/forms  # HERE",
        "there is no file fils.yaml. Fix: did you mean files.yaml?",
    ),
    (
        "openapi.yaml",
        "files.yaml#/paths/forms",
        "/srv/x.json#/paths/forms  # HERE",
        "there is no file /srv/x.json. Fix: name a file beside openapi.yaml",
    ),
    (
        "pets.yaml",
        "  pet:\n    parameters:",
        "  pet:\n  cat:\n    parameters:",
        "spec/v1/pets.yaml has no paths/pet. Fix: add it under paths",
    ),
    (
        "pets.yaml",
        "operationId: putPet",
        "operationId: updatePet",
        "D002 updatePet occurs twice. Fix: rename one of the two",
    ),
    (
        "pets.yaml",
        "operationId: listPets",
        "operationID: listPets  # HERE",
        "D001 not OpenAPI: unknown key operationID. Fix: did you mean operationId?",
    ),
    (
        "pets.yaml",
        "              examples:\n                empty:\n                  value: {pets: []}",
        "              examples: 1  # HERE",
        (
            'D001 not OpenAPI: 1 is not of type "object". '
            "Fix: write it as the OpenAPI 3.1 specification says"
        ),
    ),
    (
        "pets.yaml",
        "default: cat",
        "default: cow  # HERE",
        (
            'D006 the default breaks its schema: "cow" is not one of "cat" or "dog". '
            "Fix: correct the default"
        ),
    ),
    (
        "pets.yaml",
        "required: [pets]",
        "required: [pests]  # HERE",
        "S019 `required` names pests, which is no property of this schema. Fix: did you mean pets?",
    ),
    (
        "pets.yaml",
        "enum: [cat, dog]",
        "enum: [cat, dog, cat]  # HERE",
        "S020 the enum has 'cat' twice. Fix: remove one of the two",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES)
def test_a_mistake_gives_one_message(
    project: Project, file: str, old: str, new: str, message: str
) -> None:
    project.edit(file, old, new)

    (found,) = project.broken()

    assert str(found).endswith(f": {message}")
    if "HERE" in new:
        assert (found.where.file, found.where.line) == project.marked()


@pytest.mark.parametrize(("text", "what"), [("", "is empty"), ("- a\n", "is not a mapping")])
def test_a_file_without_keys_is_one_message(project: Project, text: str, what: str) -> None:
    project.contract.joinpath("pets.yaml").write_text(text)

    (found,) = project.broken()

    assert str(found) == (
        f"spec/v1/pets.yaml:1: the file {what}. Fix: write `paths:` and `components:` in it"
    )


def test_a_missing_status_is_mended_by_the_line_that_other_operations_have(
    project: Project,
) -> None:
    project.edit("pets.yaml", f'        "401": {ERROR}\n', "")

    (found,) = project.broken()

    assert found.fix == 'add `"401": {$ref: "common.yaml#/components/responses/Error"}`'


def test_a_status_that_no_operation_has_is_only_named(project: Project) -> None:
    project.edit("pets.yaml", f'        "429": {ERROR}\n', "")

    (found,) = project.broken()

    assert found.fix == "declare 429, or state x-rate-limit without policies"
