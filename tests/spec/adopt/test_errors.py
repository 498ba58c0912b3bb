"""The errors of the server itself, in the form of the adopted contract."""

from pathlib import Path

from spec.tools.contract import Contract, Endpoint
from spec.tools.load import Json
from tests.spec.adopt.foreign import document

FAULT = "content: {application/json: {schema: {$ref: '#/components/schemas/Fault'}}}"
SCHEMAS = "components: {schemas: {Fault: {type: object, properties: {message: {type: string}}}}}\n"


def schema_of(endpoint: Endpoint, status: str) -> tuple[str, Json]:
    """Return media type and schema of an answer."""
    content = endpoint.node.get("responses").get(status).child("content")
    ((media_type, part),) = content.entries()
    return media_type, part.child("schema").value


def only(contract: Contract) -> Endpoint:
    (endpoint,) = contract.endpoints()
    return endpoint


def test_a_contract_without_an_error_schema_gets_the_one_of_the_house(tmp_path: Path) -> None:
    foreign = document(
        tmp_path, "paths: {/loans: {get: {responses: {'200': {description: All.}}}}}\n"
    )

    media_type, schema = schema_of(only(foreign.contract()), "500")

    assert media_type == "application/problem+json"
    assert schema == {"$ref": "#/components/schemas/Problem"}


def test_other_errors_have_the_schema_that_the_contract_uses_most(tmp_path: Path) -> None:
    responses = f"{{'200': {{description: All.}}, '404': {{description: None., {FAULT}}}}}"
    foreign = document(
        tmp_path, f"paths: {{/loans: {{get: {{responses: {responses}}}}}}}\n{SCHEMAS}"
    )

    media_type, schema = schema_of(only(foreign.contract()), "429")

    assert (media_type, schema) == ("application/json", {"$ref": "#/components/schemas/Fault"})
    assert "app/api/error_body.py" in foreign.report


def test_where_every_operation_has_a_default_nothing_is_added(tmp_path: Path) -> None:
    responses = f"{{default: {{description: Any., {FAULT}}}}}"
    foreign = document(
        tmp_path, f"paths: {{/loans: {{get: {{responses: {responses}}}}}}}\n{SCHEMAS}"
    )

    endpoint = only(foreign.contract())

    assert [status for status, _ in endpoint.responses()] == ["default"]
    assert not (foreign.into / "errors.yaml").exists()


def test_a_response_of_the_same_name_keeps_its_meaning(tmp_path: Path) -> None:
    foreign = document(
        tmp_path,
        """
        paths:
          /loans: {get: {responses: {'403': {$ref: '#/components/responses/Forbidden'}}}}
        components: {responses: {Forbidden: {description: Members only.}}}
        """,
    )

    response = only(foreign.contract()).node.get("responses").get("403")

    assert response.text("description") == "Members only."
