"""What pages of other origins may ask for and read."""

import httpx2
import pytest

from app.main import create_app
from spec.tools.bundle import assemble
from spec.tools.target import REPOSITORY, targets
from tests.apps import make_settings, own_log, started
from tests.problems import assert_problem
from tests.serving import served

ORIGIN = "https://app.example.com"


@pytest.mark.parametrize(
    ("origin", "method"), [("https://evil.example.com", "GET"), (ORIGIN, "BREW"), ("null", "POST")]
)
async def test_a_refused_preflight_is_a_problem(
    client: httpx2.AsyncClient, origin: str, method: str
) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}

    answer = await client.options("/users/me", headers=headers)

    problem = assert_problem(answer, 403, "preflight-refused")
    assert ("origin" in problem["detail"]) == (origin != ORIGIN)
    assert "Origin" in answer.headers["Vary"]


async def test_pages_may_read_every_header_that_the_contract_declares() -> None:
    declared = {
        name
        for target in targets(REPOSITORY)
        for endpoint in assemble(target).endpoints()
        for _, response in endpoint.responses()
        for name, _ in response.get("headers").entries()
    }

    async with started(create_app(make_settings(cors_origins=[ORIGIN]))) as client:
        answer = await client.get("/health/live", headers={"Origin": ORIGIN})

    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert "WWW-Authenticate" in declared
    assert declared <= exposed
    assert {"X-Request-ID", "Allow", "Deprecation", "Sunset"} <= exposed


async def test_a_server_can_start_an_application_with_origins() -> None:
    with own_log():
        settings = make_settings(cors_origins=[ORIGIN])
        async with served(create_app(settings), settings) as port, httpx2.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{port}/health/live")

    assert answer.status_code == 200
