"""What the generator cannot honour is refused with line, reason and fix, and nothing is written."""

import pytest

from spec.tools.bundle import assemble
from spec.tools.finding import RefusedError
from spec.tools.models import ModelsRun
from tests.spec.project import Project

FILE = "multipart/form-data:\n            schema:\n              type: object"
LIMIT = "- name: limit\n          in: query"
BODY = "requestBody:\n        required: true\n        content:\n          application/json:"
CSV = 'text/csv:\n              schema:\n                $ref: "#/components/schemas/Table"'
PAGE = '$ref: "#/components/schemas/PetPage"'
UUID = "018f0c2e-0000-7000-8000-000000000000"
FORM = "required: true\n        content:\n          application/x"
CSV_AND_JSON = f"application/json: {{schema: {{type: boolean}}}}\n            {CSV}"

# File, what the sample says, what cannot be honoured, and the reason; HERE marks the line.
REFUSALS = [
    ("pets.yaml", "{type: boolean, default: false}", "{enum: [a]}  # HERE", "an enum"),
    (
        "pets.yaml",
        f"{BODY}\n            schema:",
        f"{BODY}  # HERE\n            was:",
        "a body schema",
    ),
    ("pets.yaml", PAGE, PAGE.replace("PetPage", "PetKind"), "a response that is not an object"),
    ("pets.yaml", LIMIT, f"{LIMIT}\n          style: form  # HERE", "sets style"),
    ("pets.yaml", LIMIT, f"{LIMIT}\n          explode: false  # HERE", "sets explode"),
    ("pets.yaml", "- name: X-Client-Version", "- name: Accept  # HERE", "ignores a header"),
    (
        "pets.yaml",
        "names\n          in: query",
        "names\n          in: cookie",
        "an array in a cookie",
    ),
    ("pets.yaml", "default: false}", "default: false, x-odd: 1}", "honour x-odd"),
    ("pets.yaml", "- name: limit", "- name: type_", "become the Python name type_"),
    ("pets.yaml", "format: uuid}", "format: binary}", "cannot be binary string"),
    (
        "pets.yaml",
        "format: uuid}",
        f"format: uuid, default: {UUID}}}  # HERE",
        "a default that is no",
    ),
    (
        "pets.yaml",
        BODY,
        "requestBody:\n        content:\n          text/plain:  # HERE",
        "a body of text",
    ),
    (
        "files.yaml",
        FILE,
        f"{FILE}\n              additionalProperties: false  # HERE",
        "multipart forms",
    ),
    (
        "files.yaml",
        "note: {type: string, maxLength: 50",
        "note: {type: integer, maxLength: 50",
        "the form's field note is not a string",
    ),
    ("files.yaml", FORM, "content:\n          application/x", "a form is optional"),
    ("files.yaml", FORM, f"{FORM}-ndjson: {{}}\n          application/x", "several media types"),
    ("files.yaml", CSV, CSV_AND_JSON, "JSON beside another"),
    (
        "files.yaml",
        CSV,
        "application/json:  # HERE\n              schema: {type: boolean}",
        "without a name",
    ),
    ("files.yaml", '"304":', '"3XX":  # HERE', "3XX says nothing exact"),
    ("files.yaml", '"201":', '"405":', "no success is declared"),
    (
        "pets.yaml",
        "schema: {type: integer, format: int32, minimum: 0, maximum: 9, examples: [7]}",
        "schema: {type: boolean}  # HERE",
        "neither string nor",
    ),
    ("pets.yaml", "delete:", "trace:  # HERE", "answers TRACE itself"),
    ("pets.yaml", "operationId: putPet", "operationId: render  # HERE", "which is taken"),
    (
        "pets.yaml",
        "summary: List pets",
        "summary: List pets\n      callbacks: {}  # HERE",
        "callbacks",
    ),
    (
        "pets.yaml",
        "    PetUpdate:",
        "    PetsService: {type: object}  # HERE\n    PetUpdate:",
        "the name",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), REFUSALS)
def test_a_construct_is_refused_on_its_line(
    project: Project, generated: Project, file: str, old: str, new: str, message: str
) -> None:
    project.edit(file, old, new)

    refused = project.refused(generated.read("schemas/v1/models.py"))

    found = [it for it in refused if message in it.message]
    assert found, refused
    if "HERE" in new:
        assert project.marked() in [(it.where.file, it.where.line) for it in found]


def test_a_refused_contract_changes_nothing(written: Project) -> None:
    before = written.snapshot()
    written.edit("pets.yaml", "List pets", "List all pets")
    written.edit("files.yaml", '"304":', '"3XX":')

    with pytest.raises(RefusedError, match=r"spec/v1/files.yaml:\d+: the status 3XX .*\. Fix: "):
        written.generate()

    assert written.snapshot() == before


def test_what_the_model_generator_says_is_a_finding(project: Project) -> None:
    contract = assemble(project.target)

    with (
        ModelsRun(contract, "{}") as run,
        pytest.raises(RefusedError, match=r"spec/v1/openapi.yaml:\d+: datamodel-code-generator: "),
    ):
        run.code()
