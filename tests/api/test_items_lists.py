"""Lists of items over HTTP: filters, order, pages and cursors."""

from dataclasses import replace
from datetime import datetime
from itertools import permutations
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.core.crypto.cursors import Cursors
from app.db.repositories.items import ItemRepository
from app.schemas.operation import Place
from app.services.support.pagination import ListQuery
from tests.backends import EMBEDDED
from tests.clients import Caller
from tests.items import create, create_at_once, pages, walk
from tests.problems import assert_problem, refused_fields
from tests.versions import OPERATIONS, PREFIX

BASE64 = ascii_uppercase + ascii_lowercase + digits + "-_"
SORT_KEYS = ("created_at.asc", "created_at.desc", "name.asc", "name.desc")


async def test_a_list_can_be_narrowed_to_states(ada: Caller) -> None:
    made = {status: await create(ada, status=status) for status in ("draft", "active", "archived")}

    assert await walk(ada, "status=active") == [made["active"]]
    assert await walk(ada, "status=draft&status=archived") == [made["archived"], made["draft"]]


async def test_a_list_can_be_narrowed_to_a_span_whose_end_is_outside(ada: Caller) -> None:
    first, second, third = [(await create(ada)) for _ in range(3)]

    span = f"created_after={first['created_at']}&created_before={third['created_at']}"

    assert await walk(ada, span) == [second, first]


async def test_a_moment_with_another_offset_is_the_same_moment(ada: Caller) -> None:
    item = await create(ada)
    moment = item["created_at"].replace("Z", "-00:00")

    assert await walk(ada, f"created_after={moment}") == [item]
    assert await walk(ada, f"created_before={moment}") == []


def expected(items: list[dict[str, Any]], sort: tuple[str, ...]) -> list[dict[str, Any]]:
    """Sort as the contract says; the id breaks ties in the direction of the last key."""
    ways: dict[str, str] = {}
    for key in sort:
        column, way = key.split(".")
        ways.setdefault(column, way)
    ways["id"] = list(ways.values())[-1]
    readers = {"created_at": datetime.fromisoformat}
    for column, way in reversed(ways.items()):
        read = readers.get(column, str)
        items = sorted(items, key=lambda item: read(item[column]), reverse=way == "desc")
    return items


@pytest.mark.parametrize(
    "sort", [*((key,) for key in SORT_KEYS), *permutations(SORT_KEYS, 2)], ids=",".join
)
async def test_items_come_in_the_order_of_the_sort_keys_whatever_the_page_size(
    app: FastAPI, ada: Caller, sort: tuple[str, ...]
) -> None:
    for _ in range(2):
        await create_at_once(app, ada, ["Oak", "Elm", "oak", "Elm"])
    items = expected(await walk(ada), sort)
    query = "".join(f"sort={key}&" for key in sort)

    assert await walk(ada, f"{query}limit=100") == items
    assert await walk(ada, f"{query}limit=3") == items
    assert await walk(ada, f"{query}limit=1") == items


async def test_the_link_header_leads_through_the_same_pages(ada: Caller) -> None:
    made = [await create(ada, status="active", name=f"Chair {n}") for n in range(5)]
    await create(ada, status="draft")
    query = "status=active&sort=name.asc&limit=2&created_after=2026-01-01T01:00:00%2B02:00"
    link: str | None = f'<{PREFIX}/items?{query}>; rel="next"'
    seen: list[dict[str, Any]] = []

    while link is not None:
        path = link.removeprefix("<").removesuffix('>; rel="next"')
        answer = await ada.client.get(f"http://test{path}", headers=ada.headers)
        seen += answer.json()["items"]
        link = answer.headers.get("Link")
        assert (link is None) == (answer.json()["next"] is None)

    assert seen == made


async def next_cursor(caller: Caller, query: str) -> str:
    answer = await caller.get(f"/items?limit=1&{query}")
    return str(answer.json()["next"])


def assert_no_such_page(answer: httpx2.Response) -> None:
    problem = assert_problem(answer, 400, "invalid-cursor")
    assert "Send the `next` of a page" in problem["detail"]


@pytest.mark.parametrize(
    "query",
    ["", "status=draft", "sort=name.desc", "sort=name.asc&sort=created_at.asc"],
)
async def test_a_cursor_is_good_for_its_own_list_only(ada: Caller, query: str) -> None:
    for _ in range(2):
        await create(ada, status="active")
    cursor = await next_cursor(ada, "status=active&sort=name.asc")

    assert_no_such_page(await ada.get(f"/items?{query}&cursor={cursor}"))


async def test_a_cursor_is_good_for_its_own_user_only(ada: Caller, bob: Caller) -> None:
    for caller in (ada, ada, bob):
        await create(caller)
    cursor = await next_cursor(ada, "")

    assert_no_such_page(await bob.get(f"/items?cursor={cursor}"))


async def test_a_cursor_of_a_release_that_sorted_differently_is_refused(
    ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        await create(ada)
    cursor, sort_keys = await next_cursor(ada, ""), ItemRepository.sort_keys
    for names in (["name.asc"], ["created_at.asc"], ["name.asc", "created_at.asc"]):
        monkeypatch.setattr(
            ItemRepository, "sort_keys", lambda self, _, names=names: sort_keys(self, names)
        )

        assert_no_such_page(await ada.get(f"/items?cursor={cursor}"))


async def test_a_cursor_is_good_for_any_page_size(ada: Caller) -> None:
    first, second, _ = [await create(ada) for _ in range(3)]
    cursor = await next_cursor(ada, "")

    page = (await ada.get(f"/items?limit=50&cursor={cursor}")).json()

    assert page == {"items": [second, first], "next": None}


async def test_a_cursor_is_of_no_use_once_any_character_is_changed(ada: Caller) -> None:
    for _ in range(2):
        await create(ada)
    cursor = await next_cursor(ada, "")
    assert (await ada.get(f"/items?cursor={cursor}")).status_code == 200

    for place, character in enumerate(cursor):
        neighbour = BASE64[BASE64.index(character) ^ 1]
        changed = cursor[:place] + neighbour + cursor[place + 1 :]
        assert_no_such_page(await ada.get(f"/items?cursor={changed}"))


@pytest.mark.parametrize("cursor", ["abc", "a", "A" * 43, "-" * 500])
async def test_a_cursor_that_was_never_given_out_is_refused(ada: Caller, cursor: str) -> None:
    assert_no_such_page(await ada.get(f"/items?cursor={cursor}"))


async def test_a_cursor_made_with_another_secret_is_refused(
    ada: Caller, settings: Settings
) -> None:
    for _ in range(2):
        await create(ada)
    cursor = await next_cursor(ada, "")

    assert_no_such_page(await ada.get(f"/items?cursor={cursor[:22]}{cursor}"))


@pytest.mark.parametrize("name", ["\u0001" * 200, "🪑" * 200, '"' * 200, "\\" * 200], ids=ascii)
async def test_a_cursor_holds_the_longest_name(ada: Caller, name: str) -> None:
    items = [await create(ada, name=name) for _ in range(3)]

    assert await walk(ada, "sort=name.asc&sort=created_at.asc&limit=1") == items
    assert await walk(ada, "sort=name.asc&sort=name.desc&limit=1") == items


@pytest.mark.parametrize("query", ["", "sort=name.asc&", "sort=name.desc&sort=created_at.asc&"])
async def test_a_walk_sees_each_surviving_item_once_whatever_comes_and_goes(
    ada: Caller, query: str
) -> None:
    survivors = {(await create(ada, name=f"Chair {n % 4}"))["id"] for n in range(12)}
    doomed = [(await create(ada, name=f"Chair {n % 4}"))["id"] for n in range(12)]
    seen: list[str] = []

    async for page in pages(ada, f"{query}limit=3"):
        seen += [item["id"] for item in page]
        for _ in range(2):
            await create(ada, name="Chair 2")
            if doomed:
                await ada.delete(f"/items/{doomed.pop(len(doomed) // 2)}")
        if len(seen) > 100:
            break

    assert len(seen) == len(set(seen))
    assert survivors <= set(seen)


async def test_an_unknown_sort_key_is_answered_with_those_that_exist(ada: Caller) -> None:
    answer = await ada.get("/items?sort=price.asc")

    assert refused_fields(answer) == {"sort": "enum"}
    detail = answer.json()["errors"][0]["detail"]
    assert all(key in detail for key in SORT_KEYS)


@EMBEDDED
@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "status=lost", "sort="])
async def test_a_query_outside_the_contract_is_refused(ada: Caller, query: str) -> None:
    assert refused_fields(await ada.get(f"/items?{query}")).keys() == {query.partition("=")[0]}


def in_query(*names: str) -> dict[str, tuple[Place, str]]:
    return {name: ("query", name) for name in names}


@pytest.mark.parametrize(
    ("names", "different"),
    [(("sort",), "status"), (("sort", "status", "colour"), "colour"), ((), "sort, status")],
    ids=["forgotten", "unknown", "all-forgotten"],
)
def test_a_list_whose_filters_are_not_those_of_the_contract_names_them(
    names: tuple[str, ...], different: str
) -> None:
    operation = replace(
        OPERATIONS["listItems"], arguments=in_query("limit", "cursor", "sort", "status")
    )

    with pytest.raises(ValueError, match=f"listItems: .* differ in {different}$"):
        ListQuery(operation=operation, reader=uuid4(), filters=dict.fromkeys(names))


def test_lists_of_different_parents_have_cursors_of_their_own() -> None:
    path, arguments = "/shelves/{shelf_id}/items", in_query("limit", "cursor")
    operation = replace(OPERATIONS["listItems"], path=path, arguments=arguments)
    reader, shelf, other = uuid4(), uuid4(), uuid4()

    query = ListQuery(operation=operation, reader=reader, filters={}, parents={"shelf_id": shelf})
    same = replace(query, parents={"shelf_id": other})

    assert query.scope != same.scope
    cursor, link = query.next_page(Cursors("secret"), ["1"], 5)
    assert link == f'</shelves/{shelf}/items?limit=5&cursor={cursor}>; rel="next"'
