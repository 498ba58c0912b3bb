"""The settings of editors know the extensions of the contract."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import pytest
import yaml

from tests.conftest import ROOT

SCHEMA = ROOT / ".vscode/contract.schema.yaml"
CONTRACT = sorted(ROOT.glob("spec/v*/*.yaml"))


def read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(
        read(SCHEMA),
        base_uri=SCHEMA.as_uri(),
        retriever=lambda uri: read(Path(urlsplit(uri).path)),
    )


def test_the_schema_of_editors_has_every_extension() -> None:
    known = read(SCHEMA)["$defs"]["extended"]["properties"]

    assert known.keys() == read(ROOT / "spec/rules/extensions.yaml").keys()


@pytest.mark.parametrize("path", CONTRACT, ids=lambda path: path.name)
def test_the_contract_is_valid_in_an_editor(validator: jsonschema_rs.Validator, path: Path) -> None:
    assert [error.message for error in validator.iter_errors(read(path))] == []


def test_an_editor_shows_a_wrong_extension(validator: jsonschema_rs.Validator) -> None:
    wrong = {"paths": {"collection": {"get": {"x-cache": {"second": 5}}}}}

    assert [error.instance_path for error in validator.iter_errors(wrong)] != []
