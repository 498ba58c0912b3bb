"""Every operation of the contract, fuzzed over the network as a client would call it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.api.version import Version
from app.api.versions import VERSIONS
from app.core.config import Settings
from tests.contract import campaign
from tests.contract.server import Server, serve
from tests.versions import PREFIX
from tests.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.contract

PHASES = ["examples", "coverage", "fuzzing", "stateful"]


@pytest.fixture
def server(fuzzed_settings: Settings, tmp_path: Path) -> Iterator[Server]:
    """Give a running server."""
    with serve(fuzzed_settings, tmp_path) as server:
        yield server


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
async def test_schemathesis_finds_nothing_to_complain_about(
    server: Server, tmp_path: Path, version: Version
) -> None:
    async with httpx2.AsyncClient(
        base_url=f"{server.url}{PREFIX}", timeout=LIMIT_SECONDS
    ) as client:
        peers = await campaign.register_peers(client)

    run = fuzz(server, tmp_path, version, peers)

    assert run.returncode == 0, run.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["operations"]["tested"] == len(version.operations)
    assert [phase for phase in PHASES if report["phases"][phase]["status"] == "success"] == PHASES
    assert '"exception"' not in server.log.read_text()


def fuzz(
    server: Server, folder: Path, version: Version, users: list[campaign.Account]
) -> subprocess.CompletedProcess[str]:
    """Run schemathesis as its users do."""
    configuration = campaign.write_configuration(folder, version, users)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration)]
    command += ["run", f"{server.url}{version.prefix}/openapi.json", "--checks", "all"]
    command += ["--phases", ",".join(PHASES), "--no-color"]
    command += ["--report", "json", "--report-json-path", str(folder / "report.json")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
