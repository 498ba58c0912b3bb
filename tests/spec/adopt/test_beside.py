"""A foreign contract beside the one that is there."""

from pathlib import Path

import pytest

from spec.adopt.adopt import adopt_beside
from spec.rules import judge
from spec.rules.levels import Levels
from spec.tools.bundle import assemble
from spec.tools.cli import main
from spec.tools.contract import Contract
from spec.tools.finding import RefusedError
from tests.spec.adopt.foreign import HEAD, Foreign
from tests.spec.project import Project

LOANS = """
servers: [{url: https://api.example.com/v2}]
tags: [{name: pets, description: Not the pets that are there.}]
security: [{oauth2: [pets:lend]}]
paths:
  /loans/{id}:
    get:
      tags: [pets]
      operationId: updatePet
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: A loan.
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
components:
  securitySchemes:
    oauth2:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: /token, scopes: {'pets:lend': Lend.}}}
  schemas: {Pet: {type: object, properties: {until: {type: string}}}}
"""


def beside(project: Project, text: str = LOANS) -> Contract:
    """Return the contract with another one in it."""
    foreign = Foreign(project.root, {"openapi.yaml": HEAD + text})
    adopt_beside(foreign.first, project.contract, progress=foreign.progress.append)
    return assemble(project.target)


def test_the_contract_that_is_there_stays_as_it_is(project: Project) -> None:
    before = assemble(project.target)
    old = (project.contract / "openapi.yaml").read_text().splitlines()

    contract = beside(project)

    for kind, members in before.node("components").entries():
        for name, node in members.entries():
            assert contract.node("components", kind, name).value == node.value
    assert [
        line for line in old if line not in (project.contract / "openapi.yaml").read_text()
    ] == []


def test_names_that_are_taken_get_another_one(project: Project) -> None:
    contract = beside(project)

    (loan,) = [it for it in contract.endpoints() if it.path == "/loans/{id}"]
    assert (loan.operation_id, loan.tag) == ("updatePet2", "pets_2")
    assert (
        "the tag pets is taken, so it is pets_2"
        in project.contract.joinpath("ADOPTED.md").read_text()
    )
    content = loan.node.get("responses").get("200").get("content").get("application/json")
    assert content.child("schema").value == {"$ref": "#/components/schemas/Pet2"}
    assert loan.node.child("security").value == [{"oauth22": ["pets:lend"]}]
    assert contract.node("components", "securitySchemes", "oauth22").exists


@pytest.mark.parametrize(("path", "there"), [("/pets", "/pets"), ("/pets/{id}", "/pets/{pet_id}")])
def test_a_path_that_is_there_is_refused(project: Project, path: str, there: str) -> None:
    with pytest.raises(RefusedError) as refused:
        beside(project, LOANS.replace("/loans/{id}", path))

    assert refused.value.findings[0].message == f"the contract has the path {there} already"


def test_a_baseline_lets_the_foreign_part_pass(project: Project) -> None:
    beside(project)

    assert judge(assemble(project.target), Levels.read(project.target)).errors != []
    assert main(["lint", "--write-baseline"], project.root) == 0
    assert judge(assemble(project.target), Levels.read(project.target)).errors == []


def test_without_a_contract_nothing_is_adopted_beside(tmp_path: Path) -> None:
    foreign = Foreign(tmp_path, {"openapi.yaml": HEAD + LOANS})

    assert main(["adopt", str(foreign.first), "--beside"], tmp_path) == 1
    assert not foreign.into.exists()
