"""One resource, one name: the tag of the contract, in every layer."""

import importlib
import inspect
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from app import schemas
from app.db.base import Base
from tests.conftest import ROOT
from tests.structure.files import read

NEWEST = schemas.VERSIONS[-1]
DOCUMENT = json.loads(read(Path(f"app/schemas/{NEWEST}/openapi.json")))
TAGS = [str(tag["name"]) for tag in DOCUMENT["tags"]]
OPERATIONS = [
    operation
    for path in DOCUMENT["paths"].values()
    for operation in path.values()
    if isinstance(operation, dict)
]

# Layer → the modules in it that belong to no tag.
LAYERS = {
    "spec/v*/*.yaml": {"openapi", "common"},
    f"app/schemas/{NEWEST}/*.py": {"models", "operations", "services"},
    f"app/api/{NEWEST}/routes/*.py": set(),
    "app/services/*.py": set(),
}
STORES = {
    "app/db/models/*.py": {"account_tokens", "idempotency_keys", "refresh_tokens", "tasks"},
    "app/db/repositories/*.py": {
        *("account_tokens", "dead_tasks", "idempotency_keys", "refresh_tokens", "repository"),
        *("schedules", "tasks"),
    },
}
WITH_TABLES = [tag for tag in TAGS if tag in Base.metadata.tables]


def names_in(layer: str, others: set[str]) -> set[str]:
    return {path.stem for path in ROOT.glob(layer)} - {"__init__"} - others


def camel(tag: str) -> str:
    return tag.title().replace("_", "")


def classes_of(module: str) -> dict[str, Any]:
    """Return the classes that a module defines, by name."""
    loaded = importlib.import_module(module)
    return {
        name: member
        for name, member in vars(loaded).items()
        if inspect.isclass(member) and member.__module__ == module
    }


def test_a_tag_is_a_name_for_files() -> None:
    assert TAGS
    assert [tag for tag in TAGS if not re.fullmatch(r"[a-z]+(_[a-z]+)*", tag)] == []


def test_every_operation_has_one_tag_and_every_tag_an_operation() -> None:
    assert [operation["tags"] for operation in OPERATIONS if len(operation["tags"]) != 1] == []
    assert {operation["tags"][0] for operation in OPERATIONS} == set(TAGS)


@pytest.mark.parametrize(("layer", "others"), LAYERS.items(), ids=LAYERS)
def test_every_tag_has_a_file_and_every_file_a_tag(layer: str, others: set[str]) -> None:
    assert names_in(layer, others) == set(TAGS)
    assert others <= names_in(layer, set()), "a name that is not there needs no exception"


@pytest.mark.parametrize(("layer", "others"), STORES.items(), ids=STORES)
def test_every_tag_with_a_table_has_a_file_and_every_file_a_tag(
    layer: str, others: set[str]
) -> None:
    assert names_in(layer, others) == set(WITH_TABLES)
    assert others <= names_in(layer, set()), "a name that is not there needs no exception"


@pytest.mark.parametrize("tag", TAGS)
def test_every_tag_is_tested_over_http(tag: str) -> None:
    assert (ROOT / f"tests/api/test_{tag}.py").exists()


@pytest.mark.parametrize("tag", TAGS)
def test_a_service_implements_the_interface_of_its_tag_and_is_final(tag: str) -> None:
    service = classes_of(f"app.services.{tag}")[camel(tag)]

    assert service.__bases__ == (getattr(schemas, f"{camel(tag)}Service"),)
    # Without it the type checkers do not miss a method.
    assert getattr(service, "__final__", False)


@pytest.mark.parametrize("tag", WITH_TABLES)
def test_a_row_and_its_repository_are_named_after_their_tag(tag: str) -> None:
    rows = [row for row in classes_of(f"app.db.models.{tag}").values() if issubclass(row, Base)]
    row = next(row for row in rows if row.__tablename__ == tag)
    repository = classes_of(f"app.db.repositories.{tag}")[f"{row.__name__}Repository"]

    assert hasattr(schemas, row.__name__), "Fix: name the row as the contract's schema"
    assert row.__name__ != camel(tag), "Fix: a row is one of them, so name it in the singular"
    assert repository.model is row


def test_the_interfaces_are_those_of_the_tags() -> None:
    interfaces = {name for name in dir(schemas) if name.endswith("Service")}

    assert interfaces == {f"{camel(tag)}Service" for tag in TAGS}
    assert [field.name for field in fields(schemas.Services)] == TAGS
