"""What follows from an operation is added to the document, and the author's own entries stay."""

import pytest

from spec.tools.bundle import assemble
from spec.tools.contract import Contract, Endpoint
from tests.spec.project import Project

WRITTEN = "{$ref: common.yaml#/components/responses/Error}"
RESPONSES = [
    *("NotModified", "InvalidCursor", "BadRequest", "Unauthorized", "Forbidden", "NotFound"),
    *("Conflict", "PreconditionFailed", "ContentTooLarge", "UnsupportedMediaType"),
    *("ValidationFailed", "TooManyRequests", "InternalError", "ServiceUnavailable"),
]
PROBLEM = "content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}"
PUT = "      operationId: putPet\n"
TEXT = "in: header, schema: {type: string}"
LIMIT = "x-rate-limit: {policies: [{name: minute, requests: 10, seconds: 60}]}"


@pytest.fixture
def house(project: Project) -> Project:
    """Return the sample with the components of the house, and no error written."""
    project.edit("openapi.yaml", "openapi: 3.1.0", "openapi: 3.1.0\nx-implied-from: common.yaml")
    shared = "".join(f"    {name}:\n      description: A.\n      {PROBLEM}\n" for name in RESPONSES)
    header = "{schema: {type: string, examples: [a]}}"
    headers = [f"    {name}: {header}\n" for name in ("RateLimit", "RateLimitPolicy")]
    headers += [f"    IdempotencyReplayed: {header}\n"]
    key = "name: Idempotency-Key, in: header, schema: {type: string, maxLength: 9, pattern: '^a*$'}"
    project.edit("common.yaml", "  responses:\n", f"  responses:\n{shared}")
    project.edit("common.yaml", "  headers:\n", f"  headers:\n{''.join(headers)}")
    project.edit(
        "common.yaml",
        "components:\n",
        f"components:\n  parameters: {{IdempotencyKey: {{{key}}}}}\n",
    )
    for path in project.contract.glob("[fp]*s.yaml"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if WRITTEN not in line))
    return project


def operation(contract: Contract, operation_id: str) -> Endpoint:
    return next(it for it in contract.endpoints() if it.operation_id == operation_id)


def responses(project: Project, operation_id: str) -> dict[str, str]:
    """Return the component of each status of an operation; the author's own have none."""
    entries = operation(assemble(project.target), operation_id).node.child("responses").entries()
    return {status: node.text("$ref").rpartition("/")[2] for status, node in entries}


def headers(project: Project, operation_id: str, status: str) -> dict[str, str]:
    """Return the component of each header of a response."""
    found = dict(operation(assemble(project.target), operation_id).responses())[status]
    entries = found.child("headers").entries()
    return {name: node.text("$ref").rpartition("/")[2] for name, node in entries}


def test_what_follows_need_not_be_written(house: Project) -> None:
    assert [it for it in house.broken() if it.rule.startswith(("R", "O"))] == []


def test_statuses_follow_from_the_operation_in_their_order(house: Project) -> None:
    assert responses(house, "listPets") == {
        "200": "",
        "401": "Unauthorized",
        "403": "Forbidden",
        "422": "ValidationFailed",
        "429": "TooManyRequests",
        "500": "InternalError",
        "503": "ServiceUnavailable",
    }
    assert list(responses(house, "putPet")) == [
        *("200", "201", "204", "400", "401", "403", "404", "413", "415", "422", "500", "503"),
    ]


@pytest.mark.parametrize(
    ("said", "status", "component"),
    [
        ("x-idempotent: true", "409", "Conflict"),
        (LIMIT, "429", "TooManyRequests"),
        ("x-pagination: {cursor: a, limit: b, items: c, next: d}", "400", "InvalidCursor"),
        (f"parameters: [{{name: If-Match, {TEXT}}}]", "412", "PreconditionFailed"),
        (f"parameters: [{{name: If-None-Match, {TEXT}}}]", "304", "NotModified"),
    ],
)
def test_a_status_follows_from_what_an_operation_says(
    house: Project, said: str, status: str, component: str
) -> None:
    before = responses(house, "putPet")
    house.edit("pets.yaml", PUT, f"{PUT}      {said}\n")

    after = responses(house, "putPet")

    assert before.get(status) != component
    assert after[status] == component


@pytest.mark.parametrize("written", ['"401"', '"4XX"', "default"])
def test_what_the_author_writes_stays(house: Project, written: str) -> None:
    house.edit("pets.yaml", "responses:\n", f"responses:\n        {written}: {WRITTEN}\n")

    found = responses(house, "listPets")

    assert found[written.strip('"')] == "Error"
    assert "Unauthorized" not in found.values()


def test_errors_in_the_format_of_oauth2_are_written(house: Project) -> None:
    house.edit(
        "files.yaml", "operationId: sendForm", "operationId: sendForm\n      x-error-format: oauth2"
    )

    found = responses(house, "sendForm")

    assert "400" not in found
    assert found["413"] == "ContentTooLarge"
    assert "the operation has a body, but 400 is not declared" in {
        it.message for it in house.broken()
    }


def test_headers_follow_from_the_limit(house: Project) -> None:
    limited = {"RateLimit": "RateLimit", "RateLimit-Policy": "RateLimitPolicy"}

    assert headers(house, "listPets", "200") == limited
    assert headers(house, "listPets", "429") == limited
    assert headers(house, "readFile", "200") == {}


def test_a_created_resource_has_a_location(house: Project) -> None:
    house.edit("files.yaml", "            Location: {$ref", "            Place: {$ref")

    assert headers(house, "uploadFile", "201") == {"Location": "Location", "Place": "Location"}


def test_a_header_of_the_author_stays(house: Project) -> None:
    house.edit(
        "files.yaml",
        "Location: {$ref: common.yaml#/components/headers/Location}",
        "location: {$ref: common.yaml#/components/headers/ETag}",
    )

    assert headers(house, "uploadFile", "201") == {"location": "ETag"}


def test_an_idempotent_operation_takes_a_key_and_names_replays(house: Project) -> None:
    house.edit("pets.yaml", PUT, f"{PUT}      x-idempotent: true\n")

    endpoint = operation(assemble(house.target), "putPet")

    assert [it.text("name") for it in endpoint.parameters_in("header")] == ["Idempotency-Key"]
    assert headers(house, "putPet", "204") == {"Idempotency-Replayed": "IdempotencyReplayed"}
    assert "Idempotency-Replayed" not in headers(house, "putPet", "409")


def test_a_finding_about_an_added_response_names_the_operation(house: Project) -> None:
    house.edit(
        "common.yaml",
        f"    Unauthorized:\n      description: A.\n      {PROBLEM}\n",
        "    Unauthorized: {description: A.}\n",
    )
    house.edit("pets.yaml", "    get:\n", "    get:  # HERE\n")

    found = [it.where for it in house.broken() if it.rule == "R001"]

    assert house.marked() in {(where.file, where.line) for where in found}


def test_a_shared_component_that_nothing_uses_is_left_out(house: Project) -> None:
    schema = "    Outer: {type: array, items: {$ref: '#/components/schemas/Inner'}}\n"
    schema += "    Inner: {type: string}\n"
    house.edit("common.yaml", "  schemas:\n", f"  schemas:\n{schema}")

    schemas = assemble(house.target).node("components").get("schemas")

    assert {"Outer", "Inner"} & {name for name, _ in schemas.entries()} == set()
    assert house.broken() == []


def test_a_component_that_is_missing_is_not_implied(house: Project) -> None:
    house.edit("common.yaml", "    ServiceUnavailable:\n", "    Unavailable:\n")

    assert "503" not in responses(house, "listPets")


def test_nothing_is_implied_unless_the_document_says_from_where(house: Project) -> None:
    house.edit("openapi.yaml", "x-implied-from: common.yaml\n", "")

    assert responses(house, "listPets") == {"200": ""}
    assert headers(house, "listPets", "200") == {}


def test_the_document_does_not_name_the_file(house: Project) -> None:
    assert "x-implied-from" not in assemble(house.target).document


def test_the_file_has_to_exist(house: Project) -> None:
    house.edit("openapi.yaml", "x-implied-from: common.yaml", "x-implied-from: comon.yaml  # HERE")

    (found,) = house.broken()

    assert found.message == "there is no file comon.yaml"
    assert (found.where.file, found.where.line) == house.marked()
