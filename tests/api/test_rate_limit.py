"""The contract's `x-rate-limit` over HTTP."""

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from ipaddress import ip_network
from typing import Any, cast
from uuid import uuid4

import httpx2
import pytest
from pydantic import SecretStr

from app.api.request.admission import client_network
from app.core.config import Settings
from app.main import create_app
from app.schemas.document import read_contract
from app.schemas.operation import Operation
from app.telemetry.metrics import RATE_LIMIT_DECISIONS
from tests.apps import AppClient, changed, replace_services, started
from tests.clients import Caller, narrow, sign_up
from tests.metrics import value_of
from tests.problems import assert_problem
from tests.users import signed_in
from tests.versions import OLDEST, OPERATIONS

PEER = "192.0.2.1"
QUOTA = re.compile(r'"(?P<name>\w+)";(?:q|r)=(?P<count>\d+);(?:w|t)=(?P<seconds>\d+)')
# An adopted operation may declare `default` instead; `spec lint` demands 429 of the others.
LIMITED = [it for it in OPERATIONS.values() if 429 in it.statuses]

Start = Callable[..., Awaitable[AppClient]]
Send = Callable[[], Awaitable[httpx2.Response]]


@pytest.fixture
async def start(settings: Settings) -> AsyncIterator[Start]:
    """Start applications with quotas of their own."""
    async with AsyncExitStack() as stack:

        async def start(per_minute: int = 1_000, **changes: object) -> AppClient:
            limits = {
                "rate_limit_scale": 1,
                "rate_limit_per_second": 1_000,
                "rate_limit_per_minute": per_minute,
                "redis_prefix": f"test:{uuid4().hex}:",
            }
            app = create_app(changed(settings, **limits | changes))
            return await stack.enter_async_context(started(app))

        yield start


def quotas(answer: httpx2.Response) -> dict[str, tuple[int, int]]:
    """Return policy → what is left and when there is more."""
    found = QUOTA.finditer(answer.headers["RateLimit"])
    return {q["name"]: (int(q["count"]), int(q["seconds"])) for q in found}


def policies(answer: httpx2.Response) -> dict[str, tuple[int, int]]:
    """Return policy → quota and window."""
    found = QUOTA.finditer(answer.headers["RateLimit-Policy"])
    return {q["name"]: (int(q["count"]), int(q["seconds"])) for q in found}


async def until_refused(send: Send) -> int:
    """Return how many requests are let through."""
    for accepted in range(100):
        answer = await send()
        if answer.status_code == 429:
            return accepted
    raise AssertionError("nothing was refused")


def limit(monkeypatch: pytest.MonkeyPatch, operation: Operation, **rule: object) -> None:
    """Give an operation another limit than the contract does."""
    stated = {"bucket": operation.operation_id, "policies": [], **rule}
    monkeypatch.setitem(cast("dict[str, object]", operation.extensions), "x-rate-limit", stated)


ONCE_A_MINUTE = [{"name": "minute", "requests": 1, "seconds": 60}]


@pytest.mark.parametrize("operation", LIMITED, ids=lambda o: o.operation_id)
def test_the_contract_has_the_headers_at_every_answer(operation: Operation) -> None:
    document = read_contract(OLDEST.name)
    described = document["paths"][operation.path][operation.method.lower()]["responses"]

    def headers(response: Mapping[str, Any]) -> set[str]:
        while "$ref" in response:
            part: Any = document
            for step in response["$ref"].split("/")[1:]:
                part = part[step]
            response = part
        return set(response.get("headers", {}))

    for status, response in described.items():
        assert headers(response) >= {"RateLimit", "RateLimit-Policy"}, status
    assert "Retry-After" in headers(described["429"])


async def test_every_answer_says_what_is_left(start: Start) -> None:
    client = await start()
    ada = await sign_up(client, "Ada")
    root = await signed_in(client.app, client, "Root", role="admin")
    path = f"/users/{(await ada.get('/users/me')).json()['id']}"
    tag = (await root.get(path)).headers["ETag"]
    lacking = await narrow(client, ada, "profile:read")
    answers = [
        (200, await ada.get("/users/me")),
        (202, await client.post("/auth/register", json=account("eve@example.com"))),
        (304, await root.request("GET", path, **{"If-None-Match": tag})),
        (400, await client.post("/auth/token", data={})),
        (401, await client.get("/users/me")),
        (403, await client.get(path, headers=lacking)),
        (404, await root.get(f"/users/{uuid4()}")),
        (409, await client.post("/auth/register", json=account("a@b.co") | {"password": "a" * 12})),
        (412, await root.request("PATCH", path, {}, **{"If-Match": '"0"'})),
        (415, await client.post("/auth/register", content="x", headers={"Content-Type": "a/b"})),
        (422, await ada.get("/users/me/sessions?limit=0")),
        (204, await root.delete(path)),
    ]

    for status, answer in answers:
        assert answer.status_code == status, answer.text
        assert quotas(answer).keys() == policies(answer).keys() != set()
        for name, (left, seconds) in quotas(answer).items():
            assert 0 <= left < policies(answer)[name][0]
            assert 0 < seconds <= policies(answer)[name][1]


def account(email: str) -> dict[str, str]:
    return {"email": email, "password": "correct horse battery"}


async def test_an_answer_that_nobody_expected_has_the_headers_too(start: Start) -> None:
    client = await start()
    ada = await sign_up(client, "Ada")
    replace_services(client.app, users=object())

    answer = await ada.get("/users/me")

    assert_problem(answer, 500, "internal-error")
    assert quotas(answer).keys() == {"second", "minute"}


async def test_a_caller_beyond_the_quota_is_told_when_to_come_back(start: Start) -> None:
    client = await start(per_minute=3)
    ada = await sign_up(client, "Ada")
    before = value_of(RATE_LIMIT_DECISIONS.labels("getMe", "refused"))
    left = [quotas(await ada.get("/users/me"))["minute"][0] for _ in range(3)]
    refused = await ada.get("/users/me")

    assert left == [2, 1, 0]
    assert_problem(refused, 429, "quota-exceeded")
    remaining, seconds = quotas(refused)["minute"]
    assert remaining == 0
    assert refused.headers["Retry-After"] == str(seconds)
    assert 55 <= seconds <= 60
    assert f"in {seconds} s" in refused.json()["detail"]
    assert refused.headers["Cache-Control"] == "no-store"
    assert value_of(RATE_LIMIT_DECISIONS.labels("getMe", "refused")) == before + 1


async def test_a_refused_request_is_not_read_and_does_nothing(start: Start) -> None:
    client = await start(per_minute=1)
    ada = await sign_up(client, "Ada")
    await ada.get("/users/me")

    async def body() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    headers = ada.headers | {"Content-Type": "application/json"}
    assert (await client.patch("/users/me", content=body(), headers=headers)).status_code == 429


async def test_the_probes_of_the_orchestrator_are_never_refused(start: Start) -> None:
    client = await start(per_minute=1)

    for path in ("/health/live", "/health/ready", "http://test/health/live"):
        answers = [await client.get(path) for _ in range(20)]
        assert {answer.status_code for answer in answers} == {200}
        assert "RateLimit" not in answers[0].headers


async def test_a_user_has_one_quota_from_everywhere(start: Start) -> None:
    client = await start(per_minute=4)
    ada = await sign_up(client, "Ada")
    elsewhere = Caller(ada.email, ada.headers, AppClient(client.app, PEER))

    for caller in (ada, elsewhere, ada, elsewhere):
        assert (await caller.get("/users/me")).status_code == 200
    assert (await elsewhere.get("/users/me")).status_code == 429
    await elsewhere.client.aclose()


async def test_two_users_behind_one_address_have_a_quota_each(start: Start) -> None:
    client = await start(per_minute=2)
    ada, bob = await sign_up(client, "Ada"), await sign_up(client, "Bob")

    assert await until_refused(lambda: ada.get("/users/me")) == 2
    assert await until_refused(lambda: bob.get("/users/me")) == 2


async def test_a_refused_caller_is_counted_by_address_and_costs_no_user_anything(
    start: Start,
) -> None:
    client = await start(per_minute=2)
    ada = await sign_up(client, "Ada")
    bad = {"Authorization": "Bearer abc"}
    lacking = await narrow(client, ada, "profile:write")

    assert await until_refused(lambda: client.get("/users/me", headers=bad)) == 2
    assert (await client.get("/users/me")).status_code == 429
    assert (await client.get("/users/me", headers=lacking)).status_code == 429
    assert (await ada.get("/users/me")).status_code == 200
    async with AppClient(client.app, PEER) as elsewhere:
        assert (await elsewhere.get("/users/me", headers=bad)).status_code == 401


async def test_operations_without_a_limit_of_their_own_share_the_default(start: Start) -> None:
    client = await start(per_minute=6)
    ada = await sign_up(client, "Ada")

    paths = ["/users/me", "/users/me/sessions", "/users/me"]
    left = [quotas(await ada.get(path))["minute"][0] for path in paths]
    head = quotas(await ada.request("HEAD", "/users/me"))["minute"][0]

    assert [*left, head] == [5, 4, 3, 2]


async def test_operations_of_a_tag_share_its_quota_and_the_token_endpoint_has_its_own(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await start()
    registered = await client.post("/auth/register", json={})
    tokens = [await client.post("/auth/token", data={}) for _ in range(2)]

    assert policies(registered) == {"burst": (10, 1), "sustained": (100, 60)}
    assert policies(tokens[0]) == {"burst": (20, 1), "sustained": (600, 60)}
    assert [quotas(answer)["sustained"][0] for answer in tokens] == [599, 598]
    limit(monkeypatch, OPERATIONS["createToken"], **registered_rule())
    sharing = await start()
    await sharing.post("/auth/register", json={})
    assert quotas(await sharing.post("/auth/token", data={}))["sustained"][0] == 98


def registered_rule() -> dict[str, Any]:
    return dict(cast("Mapping[str, Any]", OPERATIONS["registerUser"].extensions["x-rate-limit"]))


async def test_asking_for_tokens_is_refused_after_twenty_tries_a_second(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    burst, sustained = cast("Any", OPERATIONS["createToken"].extensions["x-rate-limit"])["policies"]
    assert (burst["requests"], burst["seconds"]) == (20, 1)
    rule = {"per": "address", "policies": [burst | {"seconds": 60}, sustained]}
    limit(monkeypatch, OPERATIONS["createToken"], **rule)
    client = await start()
    names = itertools.count()

    async def guess() -> httpx2.Response:
        form = {"grant_type": "password", "username": f"{next(names)}@b.c", "password": "x"}
        return await client.post("/auth/token", data=form)

    assert await until_refused(guess) == 20
    assert_problem(await guess(), 429, "quota-exceeded")


async def test_a_limit_per_address_counts_no_users(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, OPERATIONS["getMe"], per="address", policies=ONCE_A_MINUTE)
    client = await start()
    ada, bob = await sign_up(client, "Ada"), await sign_up(client, "Bob")

    assert (await ada.get("/users/me")).status_code == 200
    assert (await bob.get("/users/me")).status_code == 429


async def test_the_settings_scale_every_limit(start: Start) -> None:
    client = await start(rate_limit_scale=0.1)

    answers = [await client.get("/users/me"), await client.post("/auth/register", json={})]

    assert [policies(answer) for answer in answers] == [
        {"second": (100, 1), "minute": (100, 60)},
        {"burst": (1, 1), "sustained": (10, 60)},
    ]


async def test_a_client_cannot_make_up_its_address(start: Start) -> None:
    client = await start(per_minute=3, trusted_proxies=["10.0.0.0/8"])
    made_up = itertools.count()

    async def get() -> httpx2.Response:
        headers = {"X-Forwarded-For": f"198.51.100.{next(made_up)}"}
        return await client.get("/users/me", headers=headers)

    assert await until_refused(get) == 3


async def test_clients_behind_a_trusted_proxy_have_a_quota_each(start: Start) -> None:
    client = await start(per_minute=2, trusted_proxies=["127.0.0.1/32"])

    for address in ("198.51.100.1", "198.51.100.2"):
        get = partial(client.get, "/users/me", headers={"X-Forwarded-For": address})
        assert await until_refused(get) == 2


async def test_an_ipv6_client_gets_no_new_quota_from_its_network(start: Start) -> None:
    client = await start(per_minute=2)
    statuses = []
    for address in ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:0:9::", "2001:db8:0:1::1"):
        async with AppClient(client.app, address) as one:
            statuses.append((await one.get("/users/me")).status_code)

    assert statuses == [401, 401, 429, 401]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        (PEER, [], PEER),
        (PEER, ["198.51.100.7"], PEER),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.1, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.1,198.51.100.7 , 10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.1", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7", ""], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["198.51.100.7, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7, 10.0.0.2:4711"], "10.0.0.1"),
        ("10.0.0.1", ["0.0.0.0"], "10.0.0.1"),  # noqa: S104 - no address at all
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("a socket", [], "0.0.0.0"),  # noqa: S104 - no address at all
    ],
)
def test_the_address_is_the_first_from_the_right_that_is_no_trusted_proxy(
    peer: str, forwarded: list[str], expected: str
) -> None:
    trusted = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope = {"type": "http", "client": (peer, 1), "headers": headers}

    assert client_network(scope, trusted) == expected


async def test_an_operation_may_refuse_to_go_on_without_redis(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, OPERATIONS["getMe"], without_redis="refuse", policies=ONCE_A_MINUTE)
    client = await start(redis_url=SecretStr("redis://127.0.0.1:1/0"))
    ada = await sign_up(client, "Ada")

    for _ in range(3):
        refused = await ada.get("/users/me")
        assert_problem(refused, 503, "service-unavailable")
        assert refused.headers["Retry-After"] == "5"
    assert (await ada.get("/users/me/sessions")).status_code == 200


async def test_such_an_operation_counts_as_others_do_while_redis_answers(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, OPERATIONS["getMe"], without_redis="refuse", policies=ONCE_A_MINUTE)
    client = await start()
    ada = await sign_up(client, "Ada")

    assert [(await ada.get("/users/me")).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(("processes", "accepted"), [(1, 8), (4, 2), (100, 1)])
async def test_without_redis_a_process_lets_its_part_through(
    start: Start, processes: int, accepted: int
) -> None:
    client = await start(per_minute=8, processes=processes, redis_url=None)

    assert await until_refused(lambda: client.get("/users/me")) == accepted
