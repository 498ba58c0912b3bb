"""Levels of rules: profiles, files that change them, and the baseline; examples of every rule."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import yaml

from spec.rules import DOCUMENT_RULES, OPERATION_RULES, SCHEMA_RULES, judge
from spec.rules.catalogue import Schema, parts
from spec.rules.explained import RULES
from spec.rules.levels import BASELINE, FILE, Levels
from spec.tools.bundle import assemble
from spec.tools.cli import main
from spec.tools.contract import Contract, Node
from spec.tools.finding import RefusedError, Where
from spec.tools.load import Json
from tests.spec.project import Project

ALL = {**DOCUMENT_RULES, **OPERATION_RULES, **SCHEMA_RULES}
SUMMARY = "      summary: List pets\n"

DOCUMENT = """
openapi: 3.1.0
info: {title: Pets, version: 1.0.0, contact: {name: Docs}, license: {name: MIT}}
tags: [{name: pets, description: Pets.}]
paths:
  /pets: {get: {operationId: listPets, tags: [pets], responses: {"200": {description: Pets.}}}}
components:
  schemas: {Name: {type: string}, PetCreate: {type: object}}
"""
OPERATION = """
operationId: changePet
tags: [pets]
summary: Change a pet
description: Changes a pet.
parameters: [{name: pet_id, in: path, required: true, schema: {type: string}}]
responses: {}
"""
SHARED = """
responses: {Error: {description: Bad.}}
schemas: {Name: {type: string}, Problem: {type: object}, Cat: {type: object}, Dog: {type: object}}
securitySchemes:
  oauth2: {type: oauth2, flows: {password: {tokenUrl: /t, scopes: {"pets:read": R}}}}
"""


def part(text: str) -> dict[str, Json]:
    return cast("dict[str, Json]", yaml.safe_load(text))


def breaches(rule: str, text: str) -> list[str]:
    """Return what one rule says of an example, put where its kind belongs."""
    document = part(DOCUMENT)
    if rule[0] == "D":
        document |= part(text)
    else:
        document["components"] = part(SHARED)
        operation = part(OPERATION) | (part(text) if rule[0] != "S" else {})
        document["paths"] = {"/pets/{pet_id}": {"post": operation}}
    file = "shop" if "in shop.yaml" in text else "pets"
    contract = Contract("spec/v1", document, {(): Where(f"spec/v1/{file}.yaml", 1)})
    if rule[0] == "S":
        return [what for it in schemas_of(contract, text) for _, what, _ in SCHEMA_RULES[rule](it)]
    if rule[0] == "D":
        return [what for _, what, _ in DOCUMENT_RULES[rule](contract)]
    return [what for it in contract.endpoints() for _, what, _ in OPERATION_RULES[rule](it)]


def schemas_of(contract: Contract, text: str) -> Iterator[Schema]:
    node = Node(contract, ("components", "schemas", "Example"), part(text))
    yield from (Schema(inner, in_request=True) for inner in parts(node))


@pytest.mark.parametrize("rule", ALL)
def test_the_bad_example_breaks_its_rule(rule: str) -> None:
    assert breaches(rule, RULES[rule].bad)


@pytest.mark.parametrize("rule", ALL)
def test_the_good_example_keeps_its_rule(rule: str) -> None:
    assert breaches(rule, RULES[rule].good) == []


def test_every_rule_is_explained() -> None:
    assert RULES.keys() == ALL.keys()


def levels(project: Project, text: str) -> Levels:
    (project.contract / FILE).write_text(text)
    return Levels.read(project.target)


def test_a_style_is_a_warning_in_the_profile_of_adopted_contracts(project: Project) -> None:
    project.edit("pets.yaml", SUMMARY, "")

    verdict = judge(assemble(project.target), levels(project, 'profile = "adopted"\n'))

    assert [it.rule for it in verdict.errors] == []
    assert "O002" in {it.rule for it in verdict.warnings}


def test_what_cannot_work_is_an_error_in_every_profile(project: Project) -> None:
    project.edit("files.yaml", "- name: name", "- name: title")

    verdict = judge(assemble(project.target), levels(project, 'profile = "adopted"\n'))

    assert {it.rule for it in verdict.errors} == {"P002"}


def test_a_rule_that_is_off_says_nothing(project: Project) -> None:
    project.edit("pets.yaml", SUMMARY, "")

    verdict = judge(assemble(project.target), levels(project, '[rules]\nO002 = "off"\n'))

    assert (verdict.errors, verdict.warnings) == ([], [])


def test_the_file_beside_the_contract_wins(project: Project) -> None:
    (project.root / "pyproject.toml").write_text('[tool.spec.rules]\nO002 = "off"\nS002 = "off"\n')

    found = levels(project, '[rules]\nO002 = "warning"\n')

    assert (found.of("O002"), found.of("S002")) == ("warning", "off")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('profile = "hose"\n', "there is no profile hose"),
        ('[rules]\nO999 = "off"\n', "there is no rule O999"),
        ('[rules]\nO002 = "hint"\n', "there is no level hint"),
        ('[rules]\nD001 = "off"\n', "the server cannot do without D001"),
    ],
)
def test_a_wrong_setting_is_named(project: Project, text: str, words: str) -> None:
    with pytest.raises(RefusedError) as refused:
        levels(project, text)

    (finding,) = refused.value.findings
    assert finding.message == words
    assert finding.where == Where(f"spec/v1/{FILE}", text.count("\n"))


def lint(root: Path, *options: str) -> int:
    return main(["lint", *options], root)


def test_a_baseline_lets_old_findings_pass_and_new_ones_fail(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.edit("pets.yaml", SUMMARY, "")

    assert lint(project.root, "--write-baseline") == 0

    project.edit("pets.yaml", "paths:", "# Lines move.\npaths:")
    assert judge(assemble(project.target), Levels.read(project.target)).errors == []
    project.edit("pets.yaml", "operationId: putPet", "operationId: put_pet")
    assert lint(project.root) == 1
    assert "O001" in capsys.readouterr().err
    assert (project.contract / BASELINE).read_text().count("\n") == 1


def test_a_baseline_holds_nothing_that_cannot_work(project: Project) -> None:
    project.edit("files.yaml", "- name: name", "- name: title")

    assert lint(project.root, "--write-baseline") == 1
    assert not (project.contract / BASELINE).exists()
