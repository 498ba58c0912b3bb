"""What counts as exercised in the coverage of the contract."""

from uuid import uuid4

import httpx2
import pytest

from app.main import create_app
from tests import contract_seen
from tests.apps import make_settings, started
from tests.clients import Caller
from tests.versions import OLDEST

V1 = OLDEST.name


@pytest.fixture(autouse=True)
def _nothing_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract_seen, "seen", {kind: set() for kind in contract_seen.KINDS})


async def test_a_response_counts_with_its_status_and_headers(ada: Caller) -> None:
    await ada.get("/users/me/sessions?limit=3")

    assert f"{V1} listSessions" in contract_seen.seen["operations"]
    assert f"{V1} listSessions 200" in contract_seen.seen["statuses"]
    assert f"{V1} listSessions 422" not in contract_seen.seen["statuses"]
    assert f"{V1} listSessions query limit" in contract_seen.seen["parameters"]
    assert f"{V1} listSessions 200 ratelimit" in contract_seen.seen["headers"]


async def test_a_keyword_counts_if_it_refused_a_request(ada: Caller) -> None:
    await ada.patch("/users/me", {"display_name": ""})

    assert contract_seen.seen["keywords"] == {
        "/components/schemas/UserUpdate/properties/display_name/minLength"
    }


async def test_a_response_of_a_mock_does_not_count() -> None:
    async with started(create_app(make_settings(mock_operations=["*"]))) as client:
        answer = await client.get(f"/users/{uuid4()}", headers={"Authorization": "Bearer any"})

    assert answer.status_code == 200
    assert contract_seen.seen["statuses"] == set()


async def test_every_name_under_which_something_is_seen_is_one_of_the_contract(
    ada: Caller, client: httpx2.AsyncClient
) -> None:
    await ada.patch("/users/me", {"display_name": "", "role": 1})
    await ada.get("/users/me/sessions?limit=0&cursor=*")
    await client.get("/users/me")

    declared = contract_seen.declared()
    for kind in ("operations", "statuses", "keywords"):
        assert contract_seen.seen[kind] - declared[kind] == set()


def test_statuses_below_the_threshold_are_named_and_fail_the_run() -> None:
    declared = sorted(contract_seen.declared()["statuses"])
    contract_seen.seen["statuses"].update(declared[: len(declared) // 2])

    assert contract_seen.is_too_little()
    assert contract_seen.summary()[-1].startswith(f"not seen: {declared[len(declared) // 2]}, ")
    contract_seen.seen["statuses"].update(declared)
    assert not contract_seen.is_too_little()
