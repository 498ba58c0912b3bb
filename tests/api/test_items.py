"""Items over HTTP."""

from uuid import uuid4

import pytest

from app import schemas
from tests.clients import Caller
from tests.items import create


async def test_a_created_item_is_answered_whole_and_found_at_its_location(ada: Caller) -> None:
    created = await ada.post("/items", {"name": "Oak table", "quantity": 3})

    assert created.status_code == 201
    body = created.json()
    assert body | {"id": 0, "created_at": 0, "updated_at": 0} == {
        "id": 0,
        "name": "Oak table",
        "description": None,
        "status": "draft",
        "quantity": 3,
        "created_at": 0,
        "updated_at": 0,
    }
    read = await ada.client.get(f"http://test{created.headers['Location']}", headers=ada.headers)
    assert read.json() == body


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Ash table"},
        {"description": "With drawers"},
        {"description": None},
        {"status": "archived"},
        {"quantity": 7},
    ],
    ids=str,
)
async def test_a_patch_changes_what_it_names_and_nothing_else(
    ada: Caller, change: dict[str, object]
) -> None:
    item = await create(ada, description="Solid", quantity=3)

    changed = await ada.patch(f"/items/{item['id']}", change)

    assert changed.status_code == 200
    expected = item | change | {"updated_at": changed.json()["updated_at"]}
    assert changed.json() == expected
    assert (await ada.get(f"/items/{item['id']}")).json() == expected


async def test_every_writable_field_of_the_contract_is_saved(ada: Caller) -> None:
    """Grows with the contract: a field that the service forgets fails here."""
    samples = {"name": "Elm", "description": "Old", "status": "active", "quantity": 9}
    assert set(samples) == set(schemas.ItemUpdate.model_fields)
    item = await create(ada)

    changed = await ada.patch(f"/items/{item['id']}", samples)

    assert changed.json() == item | samples | {"updated_at": changed.json()["updated_at"]}


async def test_a_deleted_item_is_gone(ada: Caller) -> None:
    item = await create(ada)

    deleted = await ada.delete(f"/items/{item['id']}")

    assert deleted.status_code == 204
    assert deleted.content == b""
    assert (await ada.get(f"/items/{item['id']}")).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_somebody_elses_item_does_not_exist(ada: Caller, bob: Caller, method: str) -> None:
    item = await create(ada)
    body = {"name": "Mine"} if method == "PATCH" else None

    answer = await bob.request(method, f"/items/{item['id']}", body)

    assert answer.status_code == 404
    assert (await ada.get(f"/items/{item['id']}")).json() == item


async def test_an_unknown_item_is_not_found(ada: Caller) -> None:
    answer = await ada.get(f"/items/{uuid4()}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


async def test_a_list_holds_only_the_callers_items_newest_first(ada: Caller, bob: Caller) -> None:
    await create(bob)
    mine = [await create(ada, name=f"Chair {n}") for n in range(3)]

    page = (await ada.get("/items")).json()

    assert page == {"items": mine[::-1], "next": None}
