"""A foreign contract in the house layout."""

from pathlib import Path

import pytest

from spec.tools.bundle import assemble
from tests.spec.adopt.foreign import HEAD, Foreign, document

TOOLS = """
servers: [{url: https://api.example.com/v2}]
security: [{key: []}]
tags: [{name: Power Tools}, {name: loans, description: Who has what.}]
x-audience: members
paths:
  /tools/{toolId}:
    parameters: [{name: toolId, in: path, required: true, schema: {type: string}}]
    get:
      tags: [Power Tools]
      operationId: get-tool
      x-internal: 7
      responses:
        '200':
          description: A tool.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/tool'}
              example: {name: Saw}
        default: {$ref: '#/components/responses/Failure'}
  /loans:
    get:
      tags: [loans]
      security: []
      responses:
        '200':
          description: All loans.
          content:
            application/json:
              schema:
                type: array
                items:
                  type: object
                  properties:
                    tool: {$ref: '#/components/schemas/tool'}
                    state: {type: string, enum: [open, closed], default: open}
        default: {$ref: '#/components/responses/Failure'}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  responses:
    Failure:
      description: What went wrong.
      content: {application/json: {schema: {$ref: '#/components/schemas/Fault'}}}
  schemas:
    tool:
      type: object
      properties: {name: {type: string}, madeBy: {$ref: '#/components/schemas/Maker'}}
    Maker: {type: object, properties: {name: {type: string}}}
    Fault: {type: object, properties: {message: {type: string}}}
"""


@pytest.fixture
def tools(tmp_path: Path) -> Foreign:
    return document(tmp_path, TOOLS)


def test_the_root_lists_paths_and_each_tag_has_a_file(tools: Foreign) -> None:
    tools.adopt()

    names = sorted(path.name for path in tools.into.glob("*.yaml"))
    assert names == ["common.yaml", "loans.yaml", "openapi.yaml", "power_tools.yaml"]
    assert "$ref: power_tools.yaml#/paths/tools_by_tool_id" in tools.read("openapi.yaml")


def test_a_schema_of_several_tags_is_shared_and_another_stays_with_its_tag(tools: Foreign) -> None:
    tools.adopt()

    assert "Fault:" in tools.read("common.yaml")
    assert "Maker:" in tools.read("common.yaml")
    assert "ListLoans" not in tools.read("common.yaml")


def test_the_rules_find_nothing_that_cannot_work(tools: Foreign) -> None:
    assert tools.errors() == []


def test_extensions_are_kept(tools: Foreign) -> None:
    contract = tools.contract()

    assert contract.node("x-audience").value == "members"
    assert contract.node("paths", "/tools/{toolId}", "get", "x-internal").value == 7


def test_paths_and_properties_keep_their_order(tools: Foreign) -> None:
    contract = tools.contract()

    assert [it.path for it in contract.endpoints()] == ["/tools/{toolId}", "/loans"]
    properties = contract.node("components", "schemas", "Tool", "properties")
    assert list(dict(properties.entries())) == ["name", "madeBy"]


def test_the_default_security_is_written_into_each_operation(tools: Foreign) -> None:
    contract = tools.contract()

    security = [it.node.child("security").value for it in contract.endpoints()]
    assert security == [[{"key": []}], []]


def test_an_operation_without_an_id_is_named_after_its_path(tools: Foreign) -> None:
    assert [it.operation_id for it in tools.contract().endpoints()] == ["get-tool", "getLoans"]


def test_an_example_of_a_body_gets_a_name(tools: Foreign) -> None:
    get, *_ = tools.contract().endpoints()

    content = get.node.get("responses").get("200").get("content").get("application/json")
    assert content.child("examples").value == {"example": {"value": {"name": "Saw"}}}


def test_inline_objects_and_enums_are_named_after_their_place(tools: Foreign) -> None:
    schemas = tools.contract().node("components", "schemas")

    item = schemas.child("GetLoansResponseItem").child("properties")
    assert item.child("state").value == {
        "$ref": "#/components/schemas/GetLoansResponseItemState",
        "default": "open",
    }
    assert schemas.child("GetLoansResponseItemState").child("enum").value == ["open", "closed"]


def test_operations_without_a_tag_are_grouped_by_the_first_word_of_their_path(
    tmp_path: Path,
) -> None:
    foreign = document(
        tmp_path,
        """
        paths:
          /api/v1/loans: {get: {responses: {'200': {description: All.}}}}
          /api/v1/loans/{id}:
            get:
              parameters: [{name: id, in: path, schema: {type: string}}]
              responses: {'200': {description: One.}}
        """,
    )

    assert {it.tag for it in foreign.contract().endpoints()} == {"loans"}


def test_a_nullable_object_is_a_component_or_null(tmp_path: Path) -> None:
    foreign = document(
        tmp_path,
        """
        paths: {}
        components:
          schemas:
            Tool:
              type: object
              properties:
                maker: {type: object, nullable: true, properties: {name: {type: string}}}
        """,
    )

    maker = foreign.contract().node("components", "schemas", "Tool", "properties", "maker")
    assert maker.value == {"anyOf": [{"$ref": "#/components/schemas/ToolMaker"}, {"type": "null"}]}


def test_renamed_schemas_keep_the_values_of_their_discriminator(tmp_path: Path) -> None:
    foreign = document(
        tmp_path,
        """
        paths: {}
        components:
          schemas:
            Animal:
              oneOf: [{$ref: '#/components/schemas/cat'}, {$ref: '#/components/schemas/Dog'}]
              discriminator: {propertyName: kind}
            cat: {type: object, properties: {kind: {type: string}}}
            Dog: {type: object, properties: {kind: {type: string}}}
        """,
    )

    animal = foreign.contract().node("components", "schemas", "Animal", "discriminator", "mapping")
    assert animal.value == {
        "cat": "#/components/schemas/Cat",
        "Dog": "#/components/schemas/Dog",
    }


def test_methods_that_the_server_does_not_route_are_left_to_people(tmp_path: Path) -> None:
    foreign = document(
        tmp_path,
        """
        paths:
          /loans:
            get: {responses: {'200': {description: All.}}}
            head: {responses: {'200': {description: All.}}}
            options: {responses: {'200': {description: What is allowed.}}}
        """,
    )

    methods = {it.method: it.extensions() for it in foreign.contract().endpoints()}
    assert methods.keys() == {"get", "options"}
    assert methods["options"]["x-manual-route"].value is True
    assert "OPTIONS /loans" in foreign.report


def test_what_only_resembles_openapi_is_mended_and_said(tmp_path: Path) -> None:
    foreign = Foreign(
        tmp_path,
        {"openapi.yaml": """
            openapi: 3.0.0
            info: {title: Loans, version: 1.0}
            paths:
              /loans/{id}:
                get:
                  notes: For members.
                  parameters: [{name: id, in: path, schema: {type: string}}]
                  responses: {200: {}}
            """},
    )

    assert foreign.errors() == []
    (get,) = assemble(foreign.target).endpoints()
    assert get.node.child("x-notes").value == "For members."
    assert get.node.get("responses").get("200").text("description") == "OK"
    assert "kept as x-notes" in foreign.report


def test_a_folder_is_read_with_all_of_its_files(tmp_path: Path) -> None:
    foreign = Foreign(
        tmp_path,
        {
            "openapi.yaml": HEAD
            + "paths: {/loans: {$ref: paths/loans.yaml}}\n"
            + "components: {schemas: {Loan: {$ref: schemas/loan.json}}}\n",
            "paths/loans.yaml": """
            get:
              tags: [loans]
              responses:
                '200':
                  description: All.
                  content:
                    application/json:
                      schema: {type: array, items: {$ref: ../schemas/loan.json}}
            """,
            "schemas/loan.json": '{"type": "object", "properties": {"tool":'
            ' {"$ref": "parts.yaml#/Tool"}, "next": {"$ref": "#"}}}',
            "schemas/parts.yaml": "Tool: {type: string, maxLength: 5}\n",
        },
    )

    foreign.adopt(foreign.source)

    schemas = assemble(foreign.target).node("components", "schemas")
    assert {"Loan", "Tool"} <= dict(schemas.entries()).keys()
    assert not schemas.has("Loan2")
    assert schemas.child("Loan").child("properties").value == {
        "tool": {"$ref": "#/components/schemas/Tool"},
        "next": {"$ref": "#/components/schemas/Loan"},
    }


def test_parts_of_openapi_3_2_are_kept_as_extensions(tmp_path: Path) -> None:
    foreign = document(
        tmp_path,
        """
        paths:
          /events:
            query: {responses: {'200': {summary: Found.}}}
            get:
              responses:
                '200':
                  summary: Events as they happen.
                  content: {text/event-stream: {itemSchema: {type: object}}}
        """,
        head=HEAD.replace("3.0.3", "3.2.0"),
    )

    contract = foreign.contract()

    (get,) = contract.endpoints()
    response = get.node.get("responses").get("200")
    assert response.text("description") == "Events as they happen."
    stream = response.get("content").child("text/event-stream")
    assert stream.child("schema").value == {"type": "string"}
    assert contract.node("paths", "/events", "x-query").exists
    assert "x-query" in foreign.report
