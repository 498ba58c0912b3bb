"""Versions of items over HTTP: entity tags, preconditions, and several writers at once."""

import asyncio
import time
from collections import Counter

import pytest

from app import schemas
from app.core.config import Settings
from tests import figures
from tests.backends import EMBEDDED, kind_of
from tests.clients import Caller
from tests.items import create
from tests.problems import assert_problem, refused_fields


async def read(caller: Caller, item_id: object) -> tuple[dict[str, object], str]:
    """Return an item and its entity tag."""
    answer = await caller.get(f"/items/{item_id}")
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.headers["ETag"]


async def test_every_answer_about_a_version_carries_the_same_strong_tag(ada: Caller) -> None:
    created = await ada.post("/items", {"name": "Chair"})
    path = f"/items/{created.json()['id']}"
    tag = created.headers["ETag"]

    assert tag.startswith('"')
    assert (await ada.get(path)).headers["ETag"] == tag
    assert (await ada.get(path)).headers["ETag"] == tag

    changed = await ada.patch(path, {"name": "Stool"})
    assert changed.headers["ETag"] != tag
    assert (await ada.get(path)).headers["ETag"] == changed.headers["ETag"]


async def test_a_patch_that_changes_nothing_keeps_the_tag(ada: Caller) -> None:
    item = await create(ada)
    before = await read(ada, item["id"])

    for change in ({}, {"name": item["name"]}):
        assert (await ada.patch(f"/items/{item['id']}", change)).status_code == 200

    assert await read(ada, item["id"]) == before


@pytest.mark.parametrize("given", ["{tag}", "W/{tag}", "*", '"other", {tag}', '"a" ,W/{tag}'])
async def test_a_caller_who_has_this_version_is_sent_no_body(ada: Caller, given: str) -> None:
    item = await create(ada)
    _, tag = await read(ada, item["id"])

    answer = await ada.request(
        "GET", f"/items/{item['id']}", **{"If-None-Match": given.format(tag=tag)}
    )

    assert answer.status_code == 304
    assert answer.headers["ETag"] == tag
    assert answer.content == b""


@pytest.mark.parametrize("given", ['"other"', 'W/"other", "another"', '""'])
async def test_a_caller_who_has_another_version_is_sent_this_one(ada: Caller, given: str) -> None:
    item = await create(ada)

    answer = await ada.request("GET", f"/items/{item['id']}", **{"If-None-Match": given})

    assert answer.status_code == 200
    assert answer.json() == item


async def test_a_tag_of_before_a_change_is_no_longer_current(ada: Caller) -> None:
    item = await create(ada)
    _, tag = await read(ada, item["id"])
    await ada.patch(f"/items/{item['id']}", {"quantity": 1})

    answer = await ada.request("GET", f"/items/{item['id']}", **{"If-None-Match": tag})

    assert answer.json()["quantity"] == 1


async def test_no_tag_reveals_somebody_elses_item(ada: Caller, bob: Caller) -> None:
    item = await create(ada)

    answer = await bob.request("GET", f"/items/{item['id']}", **{"If-None-Match": "*"})

    assert_problem(answer, 404, "not-found")


@pytest.mark.parametrize("given", ["{tag}", "*", '"other", {tag}', 'W/"other" , {tag}'])
@pytest.mark.parametrize(("method", "status"), [("PATCH", 200), ("DELETE", 204)])
async def test_a_change_to_the_named_version_is_made(
    ada: Caller, method: str, status: int, given: str
) -> None:
    item = await create(ada)
    _, tag = await read(ada, item["id"])
    body = {"quantity": 1} if method == "PATCH" else None

    answer = await ada.request(
        method, f"/items/{item['id']}", body, **{"If-Match": given.format(tag=tag)}
    )

    assert answer.status_code == status, answer.text


async def test_tags_in_several_lines_are_one_list(ada: Caller) -> None:
    item = await create(ada)
    _, tag = await read(ada, item["id"])
    lines = [*ada.headers.items(), ("If-None-Match", '"other"'), ("If-None-Match", tag)]

    answer = await ada.client.get(f"/items/{item['id']}", headers=lines)

    assert answer.status_code == 304


@pytest.mark.parametrize("given", ["{stale}", "W/{tag}", '"other", W/{tag}', '""'])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_a_change_to_another_version_is_refused_and_leaves_the_item(
    ada: Caller, method: str, given: str
) -> None:
    item = await create(ada)
    _, stale = await read(ada, item["id"])
    await ada.patch(f"/items/{item['id']}", {"quantity": 1})
    before, tag = await read(ada, item["id"])
    body = {"quantity": 2} if method == "PATCH" else None

    answer = await ada.request(
        method, f"/items/{item['id']}", body, **{"If-Match": given.format(tag=tag, stale=stale)}
    )

    assert_problem(answer, 412, "precondition-failed")
    assert await read(ada, item["id"]) == (before, tag)


@EMBEDDED
@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("given", ["1", "'1'", '"1', "*, *"])
async def test_what_is_no_entity_tag_is_refused(ada: Caller, header: str, given: str) -> None:
    item = await create(ada)
    method, body = ("PATCH", {"quantity": 2}) if header == "If-Match" else ("GET", None)

    answer = await ada.request(method, f"/items/{item['id']}", body, **{header: given})

    assert set(refused_fields(answer)) == {header}


async def test_of_two_writers_with_the_same_tag_exactly_one_wins(ada: Caller) -> None:
    item = await create(ada)
    _, tag = await read(ada, item["id"])

    answers = await asyncio.gather(
        *(
            ada.request("PATCH", f"/items/{item['id']}", {"quantity": n}, **{"If-Match": tag})
            for n in (1, 2)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [winner] = [answer for answer in answers if answer.status_code == 200]
    assert await read(ada, item["id"]) == (winner.json(), winner.headers["ETag"])


async def test_writers_without_a_tag_do_not_undo_each_others_fields(ada: Caller) -> None:
    item = await create(ada)
    changes = {"name": "Elm", "description": "New", "status": "active", "quantity": 9}
    assert set(changes) == set(schemas.ItemUpdate.model_fields)

    answers = await asyncio.gather(
        *(ada.patch(f"/items/{item['id']}", {name: value}) for name, value in changes.items())
    )

    assert [answer.status_code for answer in answers] == [200] * len(changes)
    after, _ = await read(ada, item["id"])
    assert after == item | changes | {"updated_at": after["updated_at"]}


async def test_an_item_is_deleted_once(ada: Caller) -> None:
    item = await create(ada)

    answers = await asyncio.gather(*(ada.delete(f"/items/{item['id']}") for _ in range(8)))

    assert Counter(answer.status_code for answer in answers) == {204: 1, 404: 7}


async def increment(caller: Caller, path: str, times: int) -> int:
    """Add one again and again to what was read last; return how many attempts were refused."""
    refused = 0
    last = await caller.get(path)
    while times:
        change = {"quantity": last.json()["quantity"] + 1}
        answer = await caller.request("PATCH", path, change, **{"If-Match": last.headers["ETag"]})
        if answer.status_code == 200:
            times -= 1
            last = answer
        else:
            assert_problem(answer, 412, "precondition-failed")
            refused += 1
            last = await caller.get(path)
    return refused


@pytest.mark.parametrize("increments", [100, pytest.param(1_000, marks=pytest.mark.load)])
async def test_two_writers_lose_no_increment(
    ada: Caller, settings: Settings, increments: int
) -> None:
    item = await create(ada)
    path = f"/items/{item['id']}"

    started = time.perf_counter()
    writers = [increment(ada, path, increments // 2) for _ in range(2)]
    refused = sum(await asyncio.gather(*writers))
    seconds = time.perf_counter() - started

    after, _ = await read(ada, item["id"])
    assert after["quantity"] == increments
    figures.record(
        f"two writers, {increments} increments [{kind_of(settings)}]",
        f"0 lost, {refused} refused (412) and repeated; {increments / seconds:.0f}/s",
    )
