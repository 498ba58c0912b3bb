"""What has to hold when a request of README.md is done; `measure` runs it, and no other target."""

from typing import Any
from uuid import uuid4

from tests.clients import Caller
from tests.problems import assert_problem

PATH = "/projects"


async def create(caller: Caller, **fields: object) -> dict[str, Any]:
    answer = await caller.post(PATH, {"name": "House"} | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def names(caller: Caller, query: str) -> list[str]:
    answer = await caller.get(f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["items"]]


async def test_1_a_project_is_created_and_read(ada: Caller) -> None:
    project = await create(ada)

    assert project["archived"] is False
    assert (await ada.get(f"{PATH}/{project['id']}")).json() == project


async def test_1_bounds_are_kept(ada: Caller) -> None:
    for fields in ({"name": ""}, {"name": "x" * 121}, {"name": "x", "archived": "yes"}):
        assert_problem(await ada.post(PATH, fields), 422, "validation-failed")


async def test_1_a_patch_changes_what_it_names(ada: Caller) -> None:
    project = await create(ada)

    changed = await ada.patch(f"{PATH}/{project['id']}", {"archived": True})

    assert changed.status_code == 200
    assert (changed.json()["archived"], changed.json()["name"]) == (True, "House")


async def test_1_an_old_entity_tag_is_refused(ada: Caller) -> None:
    path = f"{PATH}/{(await create(ada))['id']}"
    old = (await ada.get(path)).headers["ETag"]
    await ada.patch(path, {"name": "Boat"})

    refused = await ada.request("PATCH", path, {"name": "Car"}, **{"If-Match": old})

    assert_problem(refused, 412, "precondition-failed")


async def test_1_the_list_is_filtered_and_has_pages(ada: Caller) -> None:
    await create(ada, name="Old", archived=True)
    for name in ("First", "Second"):
        await create(ada, name=name)

    assert await names(ada, "archived=true") == ["Old"]
    assert await names(ada, "archived=false&limit=1") == ["Second"]


async def test_1_a_repeat_creates_nothing(ada: Caller) -> None:
    key = {"Idempotency-Key": str(uuid4())}

    first, again = [await ada.request("POST", PATH, {"name": "House"}, **key) for _ in range(2)]

    assert first.json() == again.json()
    assert await names(ada, "limit=10") == ["House"]


async def test_1_other_users_do_not_see_it(ada: Caller, bob: Caller) -> None:
    path = f"{PATH}/{(await create(ada))['id']}"

    assert_problem(await bob.get(path), 404, "not-found")
    assert await names(bob, "limit=10") == []


async def test_1_a_deleted_project_is_gone(ada: Caller) -> None:
    path = f"{PATH}/{(await create(ada))['id']}"

    assert (await ada.delete(path)).status_code == 204
    assert_problem(await ada.get(path), 404, "not-found")


async def test_2_the_priority_is_normal_unless_it_is_sent(ada: Caller) -> None:
    assert (await create(ada))["priority"] == "normal"
    assert (await create(ada, priority="high"))["priority"] == "high"


async def test_2_the_priority_can_be_changed(ada: Caller) -> None:
    project = await create(ada, priority="low")

    changed = await ada.patch(f"{PATH}/{project['id']}", {"priority": "high"})

    assert changed.json()["priority"] == "high"


async def test_2_an_unknown_priority_is_refused(ada: Caller) -> None:
    await create(ada, priority="low")

    refused = await ada.post(PATH, {"name": "House", "priority": "urgent"})

    assert_problem(refused, 422, "validation-failed")


async def test_2_the_list_is_filtered_by_priorities(ada: Caller) -> None:
    for priority in ("low", "normal", "high"):
        await create(ada, name=priority, priority=priority)

    assert await names(ada, "priority=low") == ["low"]
    assert await names(ada, "priority=low&priority=high") == ["high", "low"]


async def test_2_the_most_urgent_come_first_on_all_pages(ada: Caller) -> None:
    for priority in ("low", "high", "normal"):
        await create(ada, name=priority, priority=priority)

    first = (await ada.get(f"{PATH}?sort=priority.desc&limit=2")).json()

    assert [one["name"] for one in first["items"]] == ["high", "normal"]
    assert await names(ada, f"sort=priority.desc&limit=2&cursor={first['next']}") == ["low"]


async def test_3_a_project_is_completed(ada: Caller) -> None:
    project = await create(ada)
    path = f"{PATH}/{project['id']}"

    completed = await ada.post(f"{path}/complete", None)

    assert project["completed_at"] is None
    assert completed.status_code == 200, completed.text
    assert completed.json()["completed_at"] is not None
    assert (await ada.get(path)).json() == completed.json()


async def test_3_completing_it_again_is_refused(ada: Caller) -> None:
    path = f"{PATH}/{(await create(ada))['id']}"
    await ada.post(f"{path}/complete", None)

    again = await ada.post(f"{path}/complete", None)

    assert again.status_code == 409
    assert again.headers["Content-Type"] == "application/problem+json"


async def test_3_other_users_cannot_complete_it(ada: Caller, bob: Caller) -> None:
    path = f"{PATH}/{(await create(ada))['id']}"

    assert_problem(await bob.post(f"{path}/complete", None), 404, "not-found")
    assert (await ada.get(path)).json()["completed_at"] is None
