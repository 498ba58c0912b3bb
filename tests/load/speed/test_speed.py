"""Requests per second and processor time per request, beside a hand-written application.

Rounds are interleaved, so that a busy machine disturbs all alike; each ratio is a median. With
SPEED_RESULTS=file the ratios are written there, for `python -m tests.load.speed.results`.
"""

import json
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

import httpx2
import pytest
from pydantic import SecretStr

from app.core.config import Settings
from app.manage.seed import PASSWORD, seed
from tests import backends, figures
from tests.apps import make_settings
from tests.clients import Caller, get_token
from tests.keys import keys_file
from tests.load.speed.contestants import Cost, Server, request, serving
from tests.load.speed.handwritten import make_token
from tests.load.speed.results import Result

pytestmark = pytest.mark.load

ROUNDS = 5
REQUESTS = 600
CONNECTIONS = (1, 16)
ITEMS = 10_000
SLOW_REQUESTS = {"login": 24}


@dataclass(frozen=True)
class Site:
    """A seeded database, and the servers on it by name."""

    name: str
    servers: Mapping[str, Server]
    tokens: Mapping[str, str]
    item_ids: Sequence[str]

    def requests(self, scenario: str, server: str) -> tuple[list[bytes], int]:
        """Return the requests of a scenario, and the status that answers them."""
        caller = {"Authorization": f"Bearer {self.tokens[server]}"}
        paths = [f"/api/v1/items/{item_id}" for item_id in self.item_ids]
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        login = f"grant_type=password&username=ada%40example.com&password={PASSWORD}"
        body = json.dumps({"name": "Oak table", "quantity": 3}).encode()
        sent = {
            "liveness": [request("GET", "/api/v1/health/live")],
            "item, one": [request("GET", paths[0], caller)],
            "item, one of 100": [request("GET", path, caller) for path in paths],
            "304": [request("GET", paths[0], caller | {"If-None-Match": '"1"'})],
            "page of 20": [request("GET", "/api/v1/items?limit=20", caller)],
            "page of 100": [request("GET", "/api/v1/items?limit=100", caller)],
            "create": [
                request(
                    "POST", "/api/v1/items", caller | {"Content-Type": "application/json"}, body
                )
            ],
            "login": [
                request("POST", "/api/v1/auth/token", form, login.replace(" ", "+").encode())
            ],
        }
        return sent[scenario], {"304": 304, "create": 201}.get(scenario, 200)


SCENARIOS = (
    "liveness",
    "item, one",
    "item, one of 100",
    "304",
    "page of 20",
    "page of 100",
    "create",
    "login",
)


@pytest.fixture(scope="module", autouse=True)
def results() -> Iterator[list[Result]]:
    """Give the list of results, which is written at the end."""
    found: list[Result] = []
    yield found
    if path := os.environ.get("SPEED_RESULTS"):
        Path(path).write_text(json.dumps([asdict(one) for one in found], indent=1))


@pytest.fixture(scope="module", params=backends.DATABASES)
def own_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Give the URL of a database of its own."""
    with backends.migrated(request.param, tmp_path_factory.mktemp("speed")) as url:
        yield url


@pytest.fixture(scope="module")
async def site(own_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Give the servers, each in a process of its own, on one seeded database."""
    url, folder = own_url, tmp_path_factory.mktemp("mail")
    with ExitStack() as stack:
        settings = make_settings(database_url=SecretStr(url), bcrypt_rounds=12, log_level="WARNING")
        [owner_id] = await seed(settings, items=ITEMS, users=1)
        await backends.analyze(settings)
        servers = {
            name: stack.enter_context(serving(name, _environment(settings, folder)))
            for name in ("ours", "hand", "floor")
        }
        url = f"http://127.0.0.1:{servers['ours'].port}/api/v1"
        client = httpx2.AsyncClient(base_url=url, timeout=60)
        async with client:
            token = await get_token(client, "ada@example.com", password=PASSWORD)
            caller = Caller("ada@example.com", {"Authorization": f"Bearer {token}"}, client)
            page = (await caller.get("/items?limit=100")).json()
        tokens = {"ours": token, "hand": make_token(owner_id), "floor": ""}
        yield Site(
            backends.kind_of(settings), servers, tokens, [item["id"] for item in page["items"]]
        )


def _environment(settings: Settings, folder: Path) -> dict[str, str]:
    """Return the settings of production, or of development without services."""
    own = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "SECRET_KEY": "a secret of the benchmark, long enough",
        "SIGNING_KEYS_FILE": str(keys_file()),
        "RATE_LIMIT_SCALE": "100000",
        "LOGIN_FLOOR_SECONDS": "0",
        "LOG_LEVEL": "INFO",
    }
    if settings.sqlite_file is not None:
        return own | {"MAIL_FOLDER": str(folder), "REDIS_URL": ""}
    return own | {
        "ENVIRONMENT": "production",
        "PUBLIC_URL": "https://api.example.com",
        "SMTP_HOST": "smtp.example.com",
        "MAIL_FROM": "api@example.com",
        "REDIS_URL": backends.REDIS_URL,
        "REDIS_PREFIX": f"test:{uuid4().hex}:",
    }


@pytest.mark.parametrize("connections", CONNECTIONS)
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_what_a_request_costs(
    site: Site, scenario: str, connections: int, results: list[Result]
) -> None:
    names = ("ours", "hand", "floor") if scenario == "liveness" else ("ours", "hand")
    count = SLOW_REQUESTS.get(scenario, REQUESTS)
    rounds: list[dict[str, Cost]] = []

    for place in range(ROUNDS + 1):
        costs = {}
        for name in names:
            sent, expected = site.requests(scenario, name)
            costs[name] = await site.servers[name].burst(
                sent, expected=expected, connections=connections, count=count
            )
        # The first round fills caches and compiles statements.
        if place:
            rounds.append(costs)

    rate = median(one["ours"].rate / one["hand"].rate for one in rounds)
    cpu = median(one["hand"].cpu / one["ours"].cpu for one in rounds)
    each = ", ".join(
        f"{name} {1e3 * median(one[name].cpu for one in rounds):.2f} ms" for name in names
    )
    results.append(Result(site.name, scenario, connections, round(rate, 2), round(cpu, 2)))
    figures.record(
        f"{scenario}, {connections} connections [{site.name}]",
        f"ours / hand-written: {rate:.2f} requests per second, {cpu:.2f} per CPU; {each}",
    )


async def test_memory(site: Site) -> None:
    used = ", ".join(f"{name} {one.memory_mib():.0f} MiB" for name, one in site.servers.items())

    figures.record(f"memory of a process [{site.name}]", used)
