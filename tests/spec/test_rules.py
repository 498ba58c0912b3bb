"""Every rule accepts the sample, and finds its own breach on the right line."""

import pytest

from spec.rules import DOCUMENT_RULES, OPERATION_RULES, SCHEMA_RULES
from tests.spec.project import Project

ERROR = "{$ref: common.yaml#/components/responses/Error}"
TEXT = 'name: {type: string, maxLength: 20, pattern: "^[A-Z][a-z]*$"}'
UPDATE = f"properties:\n        {TEXT}\n        owner"
DESCRIPTION = "\n    description: Files of any kind."
TAG = f"  - name: files{DESCRIPTION}"
RESPONSES = ("responses:", "responses:  # HERE")

NAMES = "name: names\n          in: query\n          schema:"
INDENT = "\n          "
BYTE = f"type: integer{INDENT}minimum: 0{INDENT}maximum: 255"
LIVES = "lives: {type: integer, format: int32, minimum: 0, maximum: 9}"
CAT = "{$ref: '#/components/schemas/Cat'}"
LETTERS = f'{INDENT}type: string{INDENT}pattern: "^[A-Z][a-z]*$"'
CATS = f"{INDENT}items: {CAT}"
DOG = "{$ref: '#/components/schemas/Dog'}"

Edit = tuple[str, str]

OPENED: Edit = (f"additionalProperties: false\n      {UPDATE}", UPDATE)
LIMITED: Edit = (f'"400": {ERROR}', f'"400": {ERROR}\n        "429": {ERROR}')
IDEMPOTENT: Edit = ("operationId: putPet", "x-idempotent: true  # HERE\n      operationId: putPet")
PUT, SEND = "operationId: putPet", "operationId: uploadFile"
KEY = "{name: Idempotency-Key, in: header, schema: {type: string, maxLength: 9, pattern: '^a*$'}}"
KEYED: Edit = (PUT, f"parameters: [{KEY}]\n      {PUT}")
BAD_REQUEST: Edit = (f'"401": {ERROR}', f'"400": {ERROR}\n        "401": {ERROR}')
PAGED = "x-pagination: {cursor: after, limit: limit, items: pets, next: next}  # HERE"
SINCE = 'deprecated: true\n      x-deprecation: {since: "2026-12-01"}'
CONFLICTING: Edit = (f'"400": {ERROR}', f'"400": {ERROR}\n        "409": {ERROR}')
CSV = '              schema:\n                $ref: "#/components/schemas/Table"\n'
TABLE = f"text/csv:\n{CSV}"
POEM = 'examples: {poem: {value: "name\\npoem\\n"}}\n'
EXAMPLES = "examples: {sent: {value: {name: report}}}\n"
NO_TABLE: Edit = ("    Table:\n      type: string\n      description: Lines of CSV.\n", "")
LAST = "}]}  # HERE"


def without(status: str) -> Edit:
    """Return the edit that removes a response."""
    return f'        "{status}": {ERROR}\n', ""


FORM: Edit = (
    """      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              $ref: "#/components/schemas/Order"
      responses:""",
    "      responses:  # HERE",
)
LAST_422: Edit = (
    f'{without("415")[0]}{without("422")[0]}        "500": {ERROR}\ncomponents',
    f'        "500": {ERROR}\ncomponents',
)


def field(text: str) -> Edit:
    """Return the edit that gives PetUpdate another first property."""
    return UPDATE, f"properties:\n        {text}\n        owner"


def pattern(text: str, *more: str) -> Edit:
    """Return the edit that gives the first property of PetUpdate a pattern."""
    lines = ("name:", "type: string", "maxLength: 9", *more, f"pattern: '{text}'  # HERE")
    return field(INDENT.join(lines))


def string(rest: str) -> Edit:
    """Return the edit that makes the first property of PetUpdate another string."""
    return field(f"name: {{type: string, {rest}}}  # HERE")


# Rule, file, and the edits that break the rule; HERE marks the line that the finding has to name.
BREACHES: list[tuple[str, str, list[Edit]]] = [
    ("D001", "openapi.yaml", [("info:\n  title: Sample", "info:  # HERE")]),
    ("D001", "openapi.yaml", [("openapi: 3.1.0", "openapi: 3.0.3  # HERE")]),
    ("D001", "pets.yaml", [pattern("[")]),
    ("D002", "files.yaml", [("operationId: sendForm", "operationId: readFile  # HERE")]),
    (
        "D003",
        "openapi.yaml",
        [("\npaths:", "\n  - {name: Ghost-s, description: G}  # HERE\npaths:")],
    ),
    ("D003", "openapi.yaml", [(TAG, "  - name: files  # HERE")]),
    ("D004", "pets.yaml", [("    Pet:\n", "    Ghost: {type: object}  # HERE\n    Pet:\n")]),
    ("D006", "pets.yaml", [("value: {pets: []}", "value: {pets: no}  # HERE")]),
    ("D006", "pets.yaml", [("examples: [10]}", "examples: [51]}  # HERE")]),
    ("D006", "pets.yaml", [("examples: [Ada]", "examples: [7]  # HERE")]),
    ("D006", "pets.yaml", [("default: cat", "default: cow  # HERE")]),
    (
        "D003",
        "openapi.yaml",
        [("\npaths:", "\n  - {name: files, description: F}  # HERE\npaths:")],
    ),
    (
        "D007",
        "files.yaml",
        [(TABLE, "text/csv:  # HERE\n"), NO_TABLE],
    ),
    ("D008", "openapi.yaml", [("info:", "info:  # HERE"), ("  contact", "  x-was")]),
    ("D008", "openapi.yaml", [("info:", "info:  # HERE"), ("  license", "  x-was")]),
    ("D009", "pets.yaml", [("of pets.", "of pets; see `getPets`.  # HERE")]),
    ("O001", "pets.yaml", [("operationId: putPet", "operationId: put_pet  # HERE")]),
    ("O002", "pets.yaml", [("get:", "get:  # HERE"), ("      summary: List pets\n", "")]),
    ("O003", "files.yaml", [("post:", "post:  # HERE"), ("tags: [files]", "tags: [files, pets]")]),
    ("O003", "files.yaml", [("tags: [files]", "tags: [ghosts]  # HERE"), LIMITED]),
    ("O004", "files.yaml", [("post:", "post:  # HERE"), ("tags: [files]", "tags: [pets]")]),
    ("O005", "pets.yaml", [("- oauth2: [pets:read]", "- oauth2: [pets:eat]  # HERE")]),
    ("O005", "pets.yaml", [("- oauth2: [pets:read]", "- magic: []  # HERE")]),
    ("O005", "pets.yaml", [("- api_key: []", "- api_key: [pets:eat]  # HERE")]),
    ("O017", "pets.yaml", [("x-rate-limit: {", "x-rate-limits: {  # HERE\n        ")]),
    (
        "O006",
        "pets.yaml",
        [("limit: {policies: [{", "limit: {  # HERE\n        policies: [{odd: 1, ")],
    ),
    ("O007", "pets.yaml", [without("429"), ("get:", "get:  # HERE")]),
    ("O008", "pets.yaml", [KEYED, IDEMPOTENT, CONFLICTING]),
    (
        "O009",
        "pets.yaml",
        [("x-rate", "x-cache: {seconds: 9, public: true}  # HERE\n      x-rate")],
    ),
    (
        "O010",
        "pets.yaml",
        [("60}]", "60}, {name: minute, requests: 9, seconds: 9}]"), ("}]}", LAST)],
    ),
    ("O011", "pets.yaml", [("limit: {", "limit: {without_redis: refuse, "), ("}]}", LAST)]),
    ("O012", "pets.yaml", [("operationId: putPet", "operationId: files  # HERE")]),
    (
        "O013",
        "pets.yaml",
        [("patch:", "patch:  # HERE"), ("sent.\n      security: []\n", "sent.\n")],
    ),
    ("O014", "pets.yaml", [("- name: names", "- name: cursor"), ("get:", "get:  # HERE")]),
    ("O014", "pets.yaml", [("x-rate", f"{PAGED}\n      x-rate"), BAD_REQUEST]),
    ("O015", "pets.yaml", [KEYED, ("put:", "put:  # HERE")]),
    ("O015", "files.yaml", [(SEND, f"x-idempotent: true  # HERE\n      {SEND}"), CONFLICTING]),
    ("O016", "pets.yaml", [(PUT, f"deprecated: true\n      {PUT}"), ("put:", "put:  # HERE")]),
    ("O016", "pets.yaml", [(PUT, f'x-sunset: "2027-01-31"  # HERE\n      {PUT}')]),
    ("O016", "pets.yaml", [(PUT, f'{SINCE}\n      x-sunset: "2026-11-30"  # HERE\n      {PUT}')]),
    ("O018", "pets.yaml", [(PUT, f"servers: [{{url: /other}}]  # HERE\n      {PUT}")]),
    ("O019", "pets.yaml", [(TEXT, f"name:{INDENT}maxLength: 65535  # HERE{LETTERS}")]),
    ("O019", "pets.yaml", [field(f"old:{INDENT}type: array{INDENT}maxItems: 3000  # HERE{CATS}")]),
    (
        "O020",
        "pets.yaml",
        [("operationId: listPets", "x-max-body-bytes: 9  # HERE\n      operationId: listPets")],
    ),
    ("P001", "pets.yaml", [("- name: limit", "- name: pageLimit  # HERE")]),
    ("P002", "files.yaml", [("- name: name", "- name: title  # HERE")]),
    ("P002", "files.yaml", [("- name: name", "- name: title"), ("file:\n", "file:  # HERE\n")]),
    ("P003", "pets.yaml", [("- name: type", "- name: limit  # HERE")]),
    (
        "P004",
        "pets.yaml",
        [
            (
                "names\n          in: query",
                "names\n          example: [a]  # HERE\n          in: query",
            )
        ],
    ),
    ("R001", "pets.yaml", [(f'"500": {ERROR}', '"500": {description: Bad.}  # HERE')]),
    ("R002", "pets.yaml", [without("401"), RESPONSES]),
    ("R002", "pets.yaml", [without("403"), RESPONSES]),
    ("R003", "files.yaml", [without("400"), RESPONSES]),
    (
        "R003",
        "files.yaml",
        [
            (f"{EXAMPLES}{without('400')[0]}", EXAMPLES),
            (
                'responses:\n        "200":\n          description: What',
                'responses:  # HERE\n        "200":\n          description: What',
            ),
        ],
    ),
    ("R003", "files.yaml", [without("413"), RESPONSES]),
    ("R003", "files.yaml", [without("415"), RESPONSES]),
    ("R004", "files.yaml", [without("422"), RESPONSES]),
    ("R004", "pets.yaml", [without("422"), RESPONSES]),
    ("R004", "files.yaml", [FORM, LAST_422]),
    ("R005", "pets.yaml", [without("500"), RESPONSES]),
    ("R006", "files.yaml", [('"201":', '"201":  # HERE'), ("Location: {$ref", "Place: {$ref")]),
    ("R007", "pets.yaml", [("Id: updatePet", "Id: eatPet"), ("readPet:", "readPet:  # HERE")]),
    ("R007", "pets.yaml", [("pet_id: $response", "pet:  # HERE\n                  $response")]),
    ("R008", "files.yaml", [("/json:", "/json:  # HERE"), (EXAMPLES, "x-a: 1\n")]),
    ("R008", "files.yaml", [("text/csv:", "text/csv:  # HERE"), (POEM, "x-a: 1\n")]),
    ("R010", "common.yaml", [(", examples: ['\"1\"']}", "}  # HERE")]),
    (
        "R011",
        "files.yaml",
        [(TABLE, "text/csv:  # HERE\n              schema: {type: string}\n"), NO_TABLE],
    ),
    (
        "R012",
        "files.yaml",
        [
            ("text/csv:", "text/event-stream:"),
            ("Table:\n      type: string", "Table:  # HERE\n      type: boolean"),
        ],
    ),
    (
        "R009",
        "common.yaml",
        [("examples: [/files/poem]}", "const: /pets/1, examples: [/pets/1]}  # HERE")],
    ),
    (
        "S001",
        "pets.yaml",
        [
            ("PetUpdate:\n", "PetUpdate:  # HERE\n"),
            (f"false\n      {UPDATE}", f"true\n      {UPDATE}"),
        ],
    ),
    ("S001", "pets.yaml", [OPENED, ("PetUpdate:\n", "PetUpdate:  # HERE\n")]),
    ("S002", "pets.yaml", [string('pattern: "^a*$"')]),
    ("S003", "pets.yaml", [string("maxLength: 20")]),
    ("S003", "pets.yaml", [pattern("[a-z]")]),
    ("S004", "pets.yaml", [field("age: {type: integer, format: int32, minimum: 0}  # HERE")]),
    (
        "S004",
        "common.yaml",
        [("          maximum: 599\n", ""), ("        status:", "        status:  # HERE")],
    ),
    ("S021", "pets.yaml", [(LIVES, LIVES.replace("format: int32, ", "") + "  # HERE")]),
    ("S021", "pets.yaml", [(LIVES, LIVES.replace("9", "2147483648") + "  # HERE")]),
    ("S021", "pets.yaml", [(LIVES, LIVES.replace("int32", "int64") + "  # HERE")]),
    ("S004", "pets.yaml", [field("age: {type: number, exclusiveMaximum: 9}  # HERE")]),
    ("S005", "pets.yaml", [("maxItems: 3\n", "minItems: 1\n"), (NAMES, f"{NAMES}  # HERE")]),
    ("S006", "pets.yaml", [("enum: [cat, dog]", "enum: [cat, dog]\n      default: cat  # HERE")]),
    ("S018", "pets.yaml", [field(f"old:{INDENT}type: boolean{INDENT}nullable: true  # HERE")]),
    ("S018", "pets.yaml", [field(f"old:{INDENT}type: boolean{INDENT}minimun: 1  # HERE")]),
    ("S019", "pets.yaml", [("required: [pets]", "required: [pests]  # HERE")]),
    ("S020", "pets.yaml", [("[cat, dog]", "[cat, dog, cat]  # HERE")]),
    ("S011", "pets.yaml", [field("petName: {type: boolean}  # HERE")]),
    ("S012", "pets.yaml", [field("size: {type: string, enum: [s, m]}  # HERE")]),
    (
        "S012",
        "pets.yaml",
        [("    Dog:\n", "    dog:  # HERE\n"), ("/Dog", "/dog"), ("/Dog", "/dog")],
    ),
    ("S013", "pets.yaml", [pattern(r"^\d+$")]),
    (
        "S015",
        "pets.yaml",
        [field(f"zip:{INDENT}format: zip-code  # HERE{INDENT}type: string{INDENT}maxLength: 9")],
    ),
    ("S015", "pets.yaml", [field(f"age:{INDENT}format: int8  # HERE{INDENT}{BYTE}")]),
    ("S016", "pets.yaml", [("      discriminator:", "      x-was:"), ("oneOf:", "oneOf:  # HERE")]),
    ("S016", "pets.yaml", [field(f"pet:{INDENT}allOf: [{CAT}]  # HERE")]),
    ("S017", "pets.yaml", [field("any: {}  # HERE")]),
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

    assert (rule, *project.marked()) in {
        (it.rule, it.where.file, it.where.line) for it in found
    }, found
    assert {it.rule for it in found} == {rule}, found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("updatePet\n      tags: [pets]", "updatePet\n      tags: [files]"),
        ("    PetPage:\n", "    PetPage:\n      allOf: [{properties: {a: {type: boolean}}}]\n"),
    ],
    ids=["operations of two tags on a path", "a part of an object without a name"],
)
def test_what_nobody_could_mend_is_allowed(project: Project, old: str, new: str) -> None:
    project.edit("pets.yaml", old, new)

    assert project.broken() == []


def test_every_rule_has_a_breach() -> None:
    rules = {"D001", *DOCUMENT_RULES, *OPERATION_RULES, *SCHEMA_RULES}

    assert {rule for rule, _, _ in BREACHES} | {"D005"} == rules


def test_a_template_may_not_hide_a_literal_path(project: Project) -> None:
    project.edit("openapi.yaml", "  /forms:", "  /files/form:")
    project.edit("files.yaml", "  file:\n    get:", "  file:\n    post:")
    project.edit("files.yaml", "  forms:\n", "  forms:  # HERE\n")

    (found,) = project.broken()

    assert (found.rule, found.where.file, found.where.line) == ("D005", *project.marked())
    assert found.message == "/files/{name} catches requests to /files/form"
