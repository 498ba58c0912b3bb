"""More requests than one process can answer, and many requests for a long time.

SOAK_SECONDS is how long memory is watched: 60 s unless the environment says more.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median, quantiles
from uuid import uuid4

import httpx2
import pytest
from pydantic import SecretStr

from app.manage.seed import PASSWORD, seed
from tests import backends, figures
from tests.apps import make_settings
from tests.clients import get_token
from tests.faults.conftest import needs_postgresql
from tests.keys import keys_file
from tests.load.speed.contestants import Server, read_answer, request, serving
from tests.versions import PREFIX

pytestmark = [pytest.mark.load, needs_postgresql]

MAX_REQUESTS = 64
STEP_SECONDS = 6.0
STEPS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "60"))
SOAK_RATE = 20


@dataclass
class Outcome:
    """The answers of one step: how long those that were accepted took, and all statuses."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def note(self, status: int, seconds: float) -> None:
        self.statuses[status] += 1
        if status < 400:
            self.seconds.append(seconds)

    @property
    def middle(self) -> float:
        return median(self.seconds)

    @property
    def slow(self) -> float:
        return quantiles(self.seconds, n=100)[98]


@dataclass(frozen=True)
class Target:
    """A server, and what is asked of it: items one by one, and pages."""

    server: Server
    requests: Sequence[bytes]

    async def load(self, clients: int, seconds: float, *, pause: float = 0) -> Outcome:
        """Let clients send one request after the other; after a refusal they pause."""
        outcome, turn = Outcome(), cycle(self.requests)
        ends_at = time.perf_counter() + seconds

        async def client() -> None:
            line = await Line.open(self.server.port)
            while time.perf_counter() < ends_at:
                status, taken = await line.ask(next(turn))
                outcome.note(status, taken)
                if status >= 400:
                    await asyncio.sleep(pause)
            line.close()

        await asyncio.gather(*(client() for _ in range(clients)))
        return outcome

    async def drip(self, rate: float, seconds: float) -> Outcome:
        """Send requests one by one, at a rate that is far below the capacity."""
        outcome, turn, line = Outcome(), cycle(self.requests), await Line.open(self.server.port)
        began = time.perf_counter()
        for place in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + place / rate - time.perf_counter()))
            outcome.note(*await line.ask(next(turn)))
        line.close()
        return outcome


class Line:
    """A connection of a client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Line":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, sent: bytes) -> tuple[int, float]:
        """Send a request; return the status of its answer, and how long it took."""
        began = time.perf_counter()
        self._writer.write(sent)
        return await read_answer(self._reader), time.perf_counter() - began

    def close(self) -> None:
        with suppress(OSError):
            self._writer.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of a database of its own."""
    with backends.migrated("postgresql", tmp_path_factory.mktemp("overload")) as url:
        yield url


@pytest.fixture(scope="module")
async def target(url: str) -> AsyncIterator[Target]:
    """Give a server with the settings of production on a seeded database."""
    settings = make_settings(database_url=SecretStr(url), log_level="WARNING")
    await seed(settings, items=10_000, users=1)
    await backends.analyze(settings)
    environment = {
        "ENVIRONMENT": "production",
        "PUBLIC_URL": "https://api.example.com",
        "SMTP_HOST": "smtp.example.com",
        "MAIL_FROM": "api@example.com",
        "DATABASE_URL": url,
        "REDIS_URL": backends.REDIS_URL,
        "REDIS_PREFIX": f"test:{uuid4().hex}:",
        "SECRET_KEY": "a secret of the benchmark, long enough",
        "SIGNING_KEYS_FILE": str(keys_file()),
        "RATE_LIMIT_SCALE": "100000",
        "ACCESS_TOKEN_SECONDS": "86400",
        "MAX_REQUESTS": str(MAX_REQUESTS),
    }
    with serving("ours", environment) as server:
        base = f"http://127.0.0.1:{server.port}{PREFIX}"
        async with httpx2.AsyncClient(base_url=base, timeout=60) as client:
            token = await get_token(client, "ada@example.com", password=PASSWORD)
            caller = {"Authorization": f"Bearer {token}"}
            page = (await client.get("/items?limit=100", headers=caller)).json()
        paths = [f"{PREFIX}/items/{item['id']}" for item in page["items"]]
        yield Target(
            server,
            [
                *(request("GET", path, caller) for path in paths),
                *[request("GET", f"{PREFIX}/items?limit=20", caller)] * 30,
            ],
        )


async def test_accepted_requests_stay_as_fast_under_three_times_the_load(target: Target) -> None:
    await target.load(MAX_REQUESTS, STEP_SECONDS)
    full = await target.load(MAX_REQUESTS, STEP_SECONDS)
    capacity = len(full.seconds) / STEP_SECONDS
    # Refused clients come again so soon that the offered rate is a multiple of the capacity.
    pause = MAX_REQUESTS / capacity
    steps = {
        step: await target.load(round(step * MAX_REQUESTS), STEP_SECONDS, pause=pause)
        for step in STEPS
    }

    for step, found in steps.items():
        offered = sum(found.statuses.values()) / STEP_SECONDS / capacity
        accepted, refused = len(found.seconds), found.statuses[503]
        figures.record(
            f"overload, {round(step * MAX_REQUESTS)} clients",
            f"offered {offered:.1f} of the capacity, accepted {accepted / STEP_SECONDS:.0f}/s, "
            f"refused {refused / STEP_SECONDS:.0f}/s, "
            f"p50 {1e3 * found.middle:.0f} ms, p99 {1e3 * found.slow:.0f} ms",
        )
    heaviest = steps[STEPS[-1]]
    assert set(heaviest.statuses) == {200, 503}
    assert heaviest.middle <= 2 * steps[1.0].middle


async def test_memory_is_flat_under_a_steady_load(target: Target) -> None:
    await target.load(MAX_REQUESTS, STEP_SECONDS)
    samples = [target.server.memory_mib()]
    for _ in range(12):
        outcome = await target.drip(SOAK_RATE, SOAK_SECONDS / 12)
        assert set(outcome.statuses) == {200}
        samples.append(target.server.memory_mib())

    shown = " ".join(f"{mib:.1f}" for mib in samples)
    figures.record("soak", f"{SOAK_SECONDS:.0f} s at {SOAK_RATE}/s: {shown} MiB")
    assert samples[-1] <= samples[1] + 5
