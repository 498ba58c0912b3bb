"""One resource, one name: the tag of the contract, in every layer."""

import importlib
import inspect
import re
from dataclasses import fields
from typing import Any

import pytest

from app import schemas
from app.db.base import Base
from spec.tools.bundle import assemble
from spec.tools.fields import class_name
from spec.tools.names import Names, pascal
from spec.tools.target import Target
from tests.conftest import ROOT
from tests.structure.files import read

NEWEST = schemas.VERSIONS[-1]
CONTRACT = assemble(Target.for_version(ROOT, NEWEST))
TAGS = [Names(CONTRACT).module(tag) for tag in CONTRACT.tags]

# Layer → the modules in it that belong to no tag.
LAYERS = {
    f"app/schemas/{NEWEST}/*.py": {
        *("models", "operations", "services"),
        *(("outgoing",) if CONTRACT.node("webhooks").exists else ()),
    },
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


def classes_of(module: str) -> dict[str, Any]:
    """Return the classes that a module defines, by name."""
    loaded = importlib.import_module(module)
    return {
        name: member
        for name, member in vars(loaded).items()
        if inspect.isclass(member) and member.__module__ == module
    }


def test_every_file_of_the_contract_with_operations_has_the_name_of_a_tag() -> None:
    files = [path for path in ROOT.glob("spec/v*/*.yaml") if path.stem != "openapi"]
    stems = {path.stem for path in files if re.search("^paths:", read(path), re.MULTILINE)}

    assert stems <= set(TAGS)


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
    service = classes_of(f"app.services.{tag}")[pascal(tag)]

    assert service.__bases__ == (getattr(schemas, f"{pascal(tag)}Service"),)
    # Without it the type checkers do not miss a method.
    assert getattr(service, "__final__", False)


@pytest.mark.parametrize("tag", WITH_TABLES)
def test_a_row_and_its_repository_are_named_after_their_tag(tag: str) -> None:
    rows = [row for row in classes_of(f"app.db.models.{tag}").values() if issubclass(row, Base)]
    row = next(row for row in rows if row.__tablename__ == tag)
    repository = classes_of(f"app.db.repositories.{tag}")[f"{row.__name__}Repository"]

    assert hasattr(schemas, class_name(row.__name__)), "Fix: name the row as the contract's schema"
    assert row.__name__ != pascal(tag), "Fix: a row is one of them, so name it in the singular"
    assert repository.model is row


def test_the_interfaces_are_those_of_the_tags() -> None:
    interfaces = {name for name in dir(schemas) if name.endswith("Service")}

    assert interfaces == {f"{pascal(tag)}Service" for tag in TAGS}
    assert [field.name for field in fields(schemas.Services)] == TAGS
