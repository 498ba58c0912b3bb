"""Every operation of the contract, fuzzed over the network as a client would call it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.core.config import Settings
from app.schemas.v1 import operations
from tests.contract import campaign
from tests.contract.server import Server, serve
from tests.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.contract

PHASES = ["examples", "coverage", "fuzzing", "stateful"]


@pytest.fixture
def server(fuzzed_settings: Settings, tmp_path: Path) -> Iterator[Server]:
    """Give a running server."""
    with serve(fuzzed_settings, tmp_path) as server:
        yield server


async def test_schemathesis_finds_nothing_to_complain_about(server: Server, tmp_path: Path) -> None:
    async with httpx2.AsyncClient(base_url=f"{server.url}/api/v1", timeout=LIMIT_SECONDS) as client:
        peers = await campaign.register_peers(client)

    run = fuzz(server, tmp_path, peers)

    assert run.returncode == 0, run.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["operations"]["tested"] == len(operations.OPERATIONS)
    assert [phase for phase in PHASES if report["phases"][phase]["status"] == "success"] == PHASES
    assert '"exception"' not in server.log.read_text()


def fuzz(
    server: Server, folder: Path, users: list[campaign.Account]
) -> subprocess.CompletedProcess[str]:
    """Run schemathesis as its users do."""
    configuration = campaign.write_configuration(folder, users)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration)]
    command += ["run", f"{server.url}/openapi.json", "--checks", "all"]
    command += ["--phases", ",".join(PHASES), "--no-color"]
    command += ["--report", "json", "--report-json-path", str(folder / "report.json")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
