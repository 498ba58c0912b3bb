"""Every rule accepts the sample, and finds its own breach on the right line."""

import pytest

from spec.rules import DOCUMENT_RULES, OPERATION_RULES, SCHEMA_RULES
from tests.spec.project import Project

ERROR = "{$ref: common.yaml#/components/responses/Error}"
TEXT = 'name: {type: string, maxLength: 20, pattern: "^[A-Z][a-z]*$"}'
UPDATE = f"properties:\n        {TEXT}\n        owner"
TAG = "  - name: files\n    description: Files of any kind."
RESPONSES = ("responses:", "responses:  # HERE")

Edit = tuple[str, str]


def without(status: str) -> Edit:
    """Return the edit that removes a response."""
    return f'        "{status}": {ERROR}\n', ""


def field(text: str) -> Edit:
    """Return the edit that gives PetUpdate another first property."""
    return UPDATE, f"properties:\n        {text}\n        owner"


def string(rest: str) -> Edit:
    """Return the edit that makes the first property of PetUpdate another string."""
    return field(f"name: {{type: string, {rest}}}  # HERE")


# Rule, file, and the edits that break the rule; HERE marks the line that the finding has to name.
BREACHES: list[tuple[str, str, list[Edit]]] = [
    ("D001", "openapi.yaml", [("info:\n  title: Sample", "info:  # HERE")]),
    ("D001", "openapi.yaml", [("openapi: 3.1.0", "openapi: 3.0.3  # HERE")]),
    ("D002", "files.yaml", [("operationId: sendForm", "operationId: readFile  # HERE")]),
    ("D003", "openapi.yaml", [(TAG, f"{TAG}\n  - {{name: ghosts, description: G}}  # HERE")]),
    ("D003", "openapi.yaml", [(TAG, "  - name: files  # HERE")]),
    ("D004", "pets.yaml", [("    Pet:\n", "    Ghost: {type: object}  # HERE\n    Pet:\n")]),
    ("D005", "openapi.yaml", [("  /forms:", "  /files/forms:")]),
    ("D006", "pets.yaml", [("value: {pets: []}", "value: {pets: no}  # HERE")]),
    ("D006", "pets.yaml", [("example: 10", "example: 51  # HERE")]),
    ("D006", "pets.yaml", [("examples: [Ada]", "examples: [7]  # HERE")]),
    ("D006", "pets.yaml", [("default: cat", "default: cow  # HERE")]),
    ("O001", "pets.yaml", [("operationId: putPet", "operationId: put_pet  # HERE")]),
    ("O002", "pets.yaml", [("get:", "get:  # HERE"), ("      summary: List pets\n", "")]),
    ("O003", "files.yaml", [("post:", "post:  # HERE"), ("tags: [files]", "tags: [files, pets]")]),
    ("O003", "files.yaml", [("tags: [files]", "tags: [ghosts]  # HERE")]),
    ("O004", "files.yaml", [("post:", "post:  # HERE"), ("tags: [files]", "tags: [pets]")]),
    ("O005", "pets.yaml", [("- oauth2: [pets:read]", "- oauth2: [pets:eat]  # HERE")]),
    ("O005", "pets.yaml", [("- oauth2: [pets:read]", "- magic: []  # HERE")]),
    ("O006", "pets.yaml", [("x-rate-limit: {", "x-rate-limits: {  # HERE\n        ")]),
    ("O006", "pets.yaml", [("{requests: 10,", "{  # HERE\n        requests: none,")]),
    ("O007", "pets.yaml", [without("429"), ("x-rate-limit: {", "x-rate-limit: {  # HERE\n  ")]),
    ("P001", "pets.yaml", [("- name: limit", "- name: pageLimit  # HERE")]),
    ("R001", "pets.yaml", [(f'"500": {ERROR}', '"500": {description: Bad.}  # HERE')]),
    ("R002", "pets.yaml", [without("401"), RESPONSES]),
    ("R002", "pets.yaml", [without("403"), RESPONSES]),
    ("R003", "files.yaml", [without("400"), RESPONSES]),
    ("R003", "files.yaml", [without("413"), RESPONSES]),
    ("R003", "files.yaml", [without("415"), RESPONSES]),
    ("R003", "files.yaml", [without("422"), RESPONSES]),
    ("R004", "pets.yaml", [without("422"), RESPONSES]),
    ("R005", "pets.yaml", [without("500"), RESPONSES]),
    ("R006", "files.yaml", [('"201":', '"201":  # HERE'), ("Location: {$ref", "Place: {$ref")]),
    ("R007", "pets.yaml", [("operationId: updatePet", "operationId: eatPet"), ("readPet:", "readPet:  # HERE")]),
    ("R007", "pets.yaml", [("pet_id: $response.body#/pets/0/id", "pet: $response.body#/x  # HERE")]),
    ("S001", "pets.yaml", [("    PetUpdate:", "    PetUpdate:  # HERE"), ("false\n      properties:\n        name: {type: string, maxLength: 20, pattern: \"^[A-Z][a-z]*$\"}\n        owner", "true\n      properties:\n        name: {type: string, maxLength: 20, pattern: \"^[A-Z][a-z]*$\"}\n        owner")]),
    ("S002", "pets.yaml", [string('pattern: "^a*$"')]),
    ("S003", "pets.yaml", [string("maxLength: 20")]),
    ("S003", "pets.yaml", [field('name:\n          type: string\n          maxLength: 20\n          pattern: "[a-z]"  # HERE')]),
    ("S004", "pets.yaml", [field("age: {type: integer, minimum: 0}  # HERE")]),
    ("S004", "pets.yaml", [field("age: {type: number, exclusiveMaximum: 9}  # HERE")]),
    ("S005", "pets.yaml", [("type: array\n            maxItems: 3\n", "type: array\n"), ("name: names\n          in: query\n          schema:", "name: names\n          in: query\n          schema:  # HERE")]),
    ("S006", "pets.yaml", [("enum: [cat, dog]", "enum: [cat, dog]\n      default: cat  # HERE")]),
    ("S007", "pets.yaml", [("maxItems: 3", "maxItems: 3\n            uniqueItems: true  # HERE")]),
    ("S008", "pets.yaml", [field("json: {type: boolean}  # HERE")]),
    ("S009", "pets.yaml", [("Cat:\n      type: object", 'Cat:\n      type: [object, "null"]  # HERE')]),
    ("S010", "pets.yaml", [field("id:\n          type: boolean\n          readOnly: true  # HERE")]),
    ("S011", "pets.yaml", [field("petName: {type: boolean}  # HERE")]),
    ("S012", "pets.yaml", [field("size: {type: string, enum: [s, m]}  # HERE")]),
    ("S012", "pets.yaml", [("    Dog:\n", "    dog:  # HERE\n"), ("/Dog", "/dog"), ("/Dog", "/dog")]),
    ("S013", "pets.yaml", [field("name:\n          type: string\n          maxLength: 9\n          pattern: ^\\d+$  # HERE")]),
    ("S013", "pets.yaml", [field("name:\n          type: string\n          maxLength: 9\n          pattern: ^(?!a)[a-z]*$  # HERE")]),
    ("S014", "pets.yaml", [field("name:\n          type: string\n          format: password\n          maxLength: 9\n          pattern: ^a$  # HERE")]),
    ("S015", "pets.yaml", [field("born:\n          type: string\n          format: date  # HERE\n          maxLength: 10")]),
    ("S015", "pets.yaml", [field("age:\n          type: integer\n          minimum: 0\n          maximum: 9\n          format: int8  # HERE")]),
    ("S016", "pets.yaml", [("      discriminator:\n        propertyName: kind\n        mapping:\n          cat: \"#/components/schemas/Cat\"\n          dog: \"#/components/schemas/Dog\"\n", ""), ("oneOf:", "oneOf:  # HERE")]),
    ("S016", "pets.yaml", [field("pet:\n          anyOf:  # HERE\n            - $ref: '#/components/schemas/Cat'\n            - $ref: '#/components/schemas/Dog'\n            - type: 'null'")]),
    ("S016", "pets.yaml", [field("pet:\n          allOf:  # HERE\n            - $ref: '#/components/schemas/Cat'")]),
    ("S017", "pets.yaml", [field("any: {}  # HERE")]),
    ("S017", "pets.yaml", [field("id:\n          type: [boolean, 'null', object]  # HERE\n          additionalProperties: false")]),
]


def test_the_sample_keeps_every_rule(project: Project) -> None:
    assert project.broken() == []


@pytest.mark.parametrize(("rule", "file", "edits"), BREACHES)
def test_a_breach_is_found_on_its_line(
    project: Project, rule: str, file: str, edits: list[Edit]
) -> None:
    for old, new in edits:
        project.edit(file, old, new)

    found = project.broken()

    assert (rule, *project.marked()) in {(it.rule, it.where.file, it.where.line) for it in found}, found
    assert {it.rule for it in found} == {rule}, found


def test_every_rule_has_a_breach() -> None:
    rules = {"D001", *DOCUMENT_RULES, *OPERATION_RULES, *SCHEMA_RULES}

    assert {rule for rule, _, _ in BREACHES} == rules
