"""What the start costs, and what parsing HTTP costs with httptools, with limits, and with h11."""

from contextlib import ExitStack
from pathlib import Path
from statistics import median

import pytest

from tests import figures
from tests.load.speed.contestants import request, serving

pytestmark = pytest.mark.load

ROUNDS = 7
REQUESTS = 3_000
# The server with limits is the one of the application; `floor` is uvicorn with httptools.
NAMES = ("floor", "h11", "limits")


async def test_what_a_server_costs() -> None:
    sent = [request("GET", "/api/v1/health/live", {"User-Agent": "probe", "Accept": "*/*"})]
    rounds = []

    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(name, {})) for name in NAMES}
        for _ in range(ROUNDS):
            costs = {}
            for name, server in servers.items():
                costs[name] = await server.burst(sent, expected=200, connections=16, count=REQUESTS)
            rounds.append(costs)

    ratios = ", ".join(
        f"{name} {median(one[name].cpu / one['floor'].cpu for one in rounds):.2f}" for name in NAMES
    )
    figures.record("processor time of an answer, by server", ratios)


def test_what_a_start_costs(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/app.db",
        "SIGNING_KEYS_FILE": str(tmp_path / "keys.json"),
        "MAIL_FOLDER": str(tmp_path),
        "REDIS_URL": "",
    }

    for name in ("ours", "hand", "floor"):
        with serving(name, environment) as server:
            figures.record(
                "start to the first response",
                f"{name} {server.cpu_seconds():.2f} s of processor time, "
                f"{server.memory_mib():.0f} MiB",
            )
