"""Errors that the server answers on its own, in the form that the contract declares for them."""

import json

import pytest
from fastapi import FastAPI

from tests.raw import send
from tests.spec.served import make_app

TEXT = """
openapi: 3.0.3
info: {title: Workshop, version: '1'}
paths:
  /loans/{loan}:
    parameters: [{name: loan, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getLoan
      tags: [loans]
      responses:
        '200': {description: A loan.}
        '400':
          description: Bad.
          content: {application/json: {schema: {$ref: '#/components/schemas/Fault'}}}
components:
  schemas:
    Fault:
      type: object
      additionalProperties: false
      required: [message]
      properties: {message: {type: string}}
"""


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_app(tmp_path_factory.mktemp("workshop"), TEXT)


@pytest.mark.parametrize("loan", ["a%5Cb", "a%5cb"])
async def test_an_ambiguous_path_is_refused_as_its_operation_declares(
    workshop: FastAPI, loan: str
) -> None:
    answer = await send(workshop, "GET", f"/loans/{loan}")

    assert answer.status == 404
    assert answer.headers["content-type"] == "application/json"
    assert "send the plain path" in json.loads(answer.content)["message"]


@pytest.mark.parametrize(
    ("method", "target"), [("GET", "/none%5C"), ("GET", "/loans/%2Fa"), ("PUT", "/loans/a%5Cb")]
)
async def test_an_ambiguous_path_of_no_operation_is_refused_with_a_problem(
    workshop: FastAPI, method: str, target: str
) -> None:
    answer = await send(workshop, method, target)

    assert answer.status == 404
    assert "send the plain path" in answer.problem()["detail"]
