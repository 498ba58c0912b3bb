"""What OpenAPI forbids or leaves open, and many documents have all the same."""

import json
from pathlib import Path

import pytest

from app.api.request.security import READERS
from spec.adopt.operations import READ_SCHEMES
from spec.tools.build import Builder
from spec.tools.contract import Contract
from tests.spec.adopt.foreign import HEAD, Foreign, document

GET_A = "paths: {/a: {get: {operationId: getA, responses: {'200': {description: A.}}}}}\n"


def generated(foreign: Foreign) -> Contract:
    """Return the adopted contract, which the rules accept and the generator takes."""
    assert foreign.errors() == []
    contract = foreign.contract_as_adopted()
    Builder(contract, "v1").build()
    return contract


def test_an_operation_that_declares_errors_alone_gets_a_success_to_describe(tmp_path: Path) -> None:
    foreign = document(
        tmp_path,
        """
        paths:
          /a:
            post: {operationId: postA, responses: {'405': {description: Wrong.}}}
            get: {operationId: getA}
        """,
    )

    contract = generated(foreign)

    operations = contract.node("paths", "/a")
    declared = [status for status, _ in operations.child("post").child("responses").entries()]
    assert declared[:2] == ["200", "405"]
    assert "POST /a declares no success" in foreign.report.partition("## Changed")[0]
    assert "GET /a declares no success" in foreign.report


def test_a_path_without_operations_is_left_out(tmp_path: Path) -> None:
    foreign = document(tmp_path, GET_A.replace("{/a:", "{/b: {summary: B.}, /a:"))

    contract = generated(foreign)

    assert [path for path, _ in contract.node("paths").entries()] == ["/a"]
    assert "/b has no operation; removed" in foreign.report


def test_a_security_scheme_that_nobody_describes_still_asks_for_a_key(tmp_path: Path) -> None:
    foreign = document(tmp_path, GET_A.replace("getA,", "getA, security: [{badge: []}],"))

    contract = generated(foreign)

    scheme = contract.node("components", "securitySchemes", "badge")
    assert scheme.value == {"type": "apiKey", "in": "header", "name": "badge"}
    assert "badge is not described" in foreign.report.partition("## Changed")[0]


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("pattern", "'(?i)^(all|none)$'"), ("minLength", "long"), ("type", "txt")],
)
def test_a_keyword_with_a_wrong_value_is_kept_without_effect(
    tmp_path: Path, keyword: str, value: str
) -> None:
    foreign = document(
        tmp_path, f"{GET_A}components: {{schemas: {{Word: {{{keyword}: {value}}}}}}}"
    )

    contract = generated(foreign)

    schema = contract.node("components", "schemas", "Word")
    assert [key for key, _ in schema.entries()] == [f"x-{keyword}"]
    assert f"{keyword} has a value that is not allowed" in foreign.report.partition("## Changed")[0]


def test_a_property_that_is_required_twice_is_required(tmp_path: Path) -> None:
    foreign = document(
        tmp_path, f"{GET_A}components: {{schemas: {{A: {{type: object, required: [a, b, a]}}}}}}"
    )

    assert generated(foreign).node("components", "schemas", "A").strings("required") == ["a", "b"]


def test_a_licence_keeps_the_name_of_spdx(tmp_path: Path) -> None:
    licence = "license: {name: MIT, identifier: MIT, url: https://example.com/mit}"
    head = f"openapi: 3.1.0\ninfo: {{title: A, version: '1', {licence}}}\n"

    contract = generated(document(tmp_path, GET_A, head))

    assert contract.node("info", "license").child("identifier").value == "MIT"


def test_a_response_with_an_example_and_no_schema_is_adopted(tmp_path: Path) -> None:
    content = "content: {application/json: {example: {a: 1}}}"

    contract = generated(document(tmp_path, GET_A.replace("A.}", f"A., {content}}}")))

    assert contract.by_id["getA"].responses()


def test_maps_and_operations_may_be_in_files_of_their_own(tmp_path: Path) -> None:
    foreign = Foreign(
        tmp_path,
        {
            "openapi.yaml": f"{HEAD}paths: {{$ref: paths.yaml}}\n"
            "components: {schemas: {$ref: schemas/index.yaml}}",
            "paths.yaml": "/a: {get: {$ref: get_a.yaml}}",
            "get_a.yaml": """
                operationId: getA
                responses:
                  '200':
                    description: A.
                    content:
                      application/json: {schema: {$ref: 'openapi.yaml#/components/schemas/A'}}
                """,
            "schemas/index.yaml": "A: {$ref: a.yaml}",
            "schemas/a.yaml": "{type: object, properties: {name: {type: string}}}",
        },
    )

    contract = generated(foreign)

    assert contract.by_id["getA"].node.where.file.endswith("/a.yaml")
    assert contract.node("components", "schemas", "A", "properties", "name").exists


def test_a_body_that_is_not_read_is_left_to_people(tmp_path: Path) -> None:
    body = "requestBody: {content: {application/xml: {schema: {type: object}}}}"
    foreign = document(tmp_path, GET_A.replace("get: {", f"post: {{{body}, "))

    generated(foreign)

    assert (
        "a body of application/xml is judged by its schema, and reaches the service"
        in foreign.report.partition("## Changed")[0]
    )


def test_schemas_whose_names_code_needs_itself_get_another_name(tmp_path: Path) -> None:
    schemas = "components: {schemas: {Services: {type: object}, AService: {type: object}}}"

    contract = generated(document(tmp_path, GET_A + schemas))

    names = Builder(contract, "v1").build().definitions
    assert {"ServicesModel", "AServiceModel"} <= set(names)


# A reference, and what it leads to in a schema that names itself.
REFERENCES = [
    ("'#/$defs/part'", "{$defs: {part: {type: integer}}}"),
    ("'#part'", "{$defs: {a: {$anchor: part, type: integer}}}"),
    ("part.json", "{$defs: {a: {$id: part.json, type: integer}}}"),
    ("'https://example.com/part.json'", "{$defs: {a: {$id: part.json, type: integer}}}"),
    ("'#/components/schemas/Part'", "{}"),
]


@pytest.mark.parametrize(("reference", "definitions"), REFERENCES)
def test_a_reference_may_name_an_id_an_anchor_or_a_definition(
    tmp_path: Path, reference: str, definitions: str
) -> None:
    whole = f"$id: https://example.com/whole.json, properties: {{part: {{$ref: {reference}}}}}"
    schemas = f"{{Whole: {{{whole}, {definitions[1:]}, Part: {{type: integer}}}}"
    schemas = schemas.replace(", }", "}")
    foreign = document(tmp_path, f"{GET_A}components: {{schemas: {schemas}}}")

    contract = generated(foreign)

    part = contract.node("components", "schemas", "Whole", "properties").get("part")
    assert part.child("type").value == "integer"
    assert "$id" not in str(contract.document)


def test_members_without_a_value_are_left_out(tmp_path: Path) -> None:
    foreign = document(
        tmp_path,
        """
        tags:
        servers:
        paths:
          /a:
            parameters:
            get:
              summary:
              security:
              responses:
                200:
                  description:
                  headers:
                  content: {application/json: {schema: {properties: , default: null}}}
        """,
        "openapi: 3.0.3\ninfo: {title: A, version: 1.0, description: }\n",
    )

    contract = generated(foreign)

    get = contract.node("paths", "/a", "get")
    assert (get.has("summary"), get.child("security").value) == (False, [])
    response = get.child("responses").child("200")
    assert response.text("description") == "OK"
    schema = response.child("content").child("application/json").child("schema")
    assert schema.value == {"default": None}
    assert contract.node("info").value == {"title": "A", "version": "1.0"}


def test_a_path_and_its_parameters_name_the_same(tmp_path: Path) -> None:
    foreign = document(
        tmp_path,
        """
        paths:
          /a/{id}/{part}:
            parameters: [{name: id, in: path, schema: {type: integer}}]
            get:
              parameters: [{name: other, in: path, schema: {}}, {name: size, in: query}]
              responses: {'200': {description: A.}}
        """,
    )

    contract = generated(foreign)

    parameters = contract.by_id["getAByIdByPart"].parameters()
    assert [(it.text("name"), it.child("schema").value) for it in parameters] == [
        ("id", {"type": "integer"}),
        ("size", {}),
        ("part", {"type": "string"}),
    ]
    assert all(it.child("required").value for it in parameters if it.text("in") == "path")
    assert "does not name the parameter other; removed" in foreign.report
    assert "names part, which is a string now" in foreign.report.partition("## Changed")[0]


@pytest.mark.parametrize(
    ("written", "adopted"),
    [
        ({"pattern": "^[\\w-.]+$"}, {"pattern": "^[\\w\\-.]+$"}),
        ({"pattern": "(?<a>b)\\k<a>"}, {"x-pattern": "(?<a>b)\\k<a>"}),
    ],
)
def test_a_pattern_that_the_server_cannot_use_is_mended_or_has_no_effect(
    tmp_path: Path, written: dict[str, str], adopted: dict[str, str]
) -> None:
    schemas = f"components: {{schemas: {{Word: {json.dumps(written)}}}}}"

    contract = generated(document(tmp_path, f"{GET_A}{schemas}"))

    assert contract.node("components", "schemas", "Word").value == adopted


def test_a_dynamic_reference_leads_to_the_schema_that_it_names(tmp_path: Path) -> None:
    tree = "{$dynamicAnchor: node, properties: {parts: {$dynamicRef: '#node'}}}"

    contract = generated(document(tmp_path, f"{GET_A}components: {{schemas: {{Tree: {tree}}}}}"))

    parts = contract.node("components", "schemas", "Tree", "properties", "parts")
    assert parts.value == {"$ref": "#/components/schemas/Tree"}


def test_the_whole_query_as_one_parameter_is_left_to_people(tmp_path: Path) -> None:
    query = "{in: querystring, content: {application/json: {}}}"
    parameters = f"[{query}, {{name: c, in: cookie, style: cookie, schema: {{}}}}]"
    head = "openapi: 3.2.0\ninfo: {title: A, version: '1'}\n"
    foreign = document(tmp_path, GET_A.replace("getA,", f"getA, parameters: {parameters},"), head)

    (cookie,) = generated(foreign).by_id["getA"].parameters()

    assert (cookie.text("name"), cookie.text("style")) == ("c", "form")
    assert "a parameter is the whole query" in foreign.report.partition("## Changed")[0]


def test_a_value_of_a_discriminator_that_leads_to_no_schema_is_left_out(tmp_path: Path) -> None:
    known = "discriminator: {propertyName: k, mapping: {a: A, b: B}}"
    union = f"{{oneOf: [{{$ref: '#/components/schemas/A'}}], {known}}}"
    schemas = (
        f"components: {{schemas: {{A: {{properties: {{k: {{type: string}}}}}}, Any: {union}}}}}"
    )

    contract = generated(foreign := document(tmp_path, GET_A + schemas))

    mapping = contract.node("components", "schemas", "Any", "discriminator", "mapping")
    assert mapping.value == {"a": "#/components/schemas/A"}
    assert "the value b of a discriminator leads to B" in foreign.report


def test_the_schemes_that_need_no_work_are_those_with_readers() -> None:
    assert set(READERS) == READ_SCHEMES


def test_a_scheme_without_a_reader_is_left_to_do(tmp_path: Path) -> None:
    foreign = document(
        tmp_path,
        f"{GET_A}components: {{securitySchemes: {{chip: {{type: http, scheme: Digest}}}}}}",
    )

    foreign.adopt()

    assert "no reader for the security scheme chip (http digest): add one" in foreign.report


def test_query_parameters_may_differ_in_case_alone(tmp_path: Path) -> None:
    foreign = document(
        tmp_path,
        """
        paths:
          /a:
            get:
              operationId: getA
              parameters:
                - {name: maxResults, in: query, schema: {type: integer}}
                - {name: MaxResults, in: query, schema: {type: string}}
              responses: {'200': {description: A.}}
        """,
    )

    [tag] = Builder(generated(foreign), "v1").build().tags

    [method] = tag.methods
    names = [written.partition(":")[0] for written in method.arguments]
    assert names == ["*", "max_results", "max_results_query"]
