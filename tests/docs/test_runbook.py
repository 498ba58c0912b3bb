"""The runbook has a section for each alert, and its commands work on a running service."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from tests import backends
from tests.conftest import ROOT
from tests.keys import keys_file
from tests.waiting import wait_for_listener

RUNBOOK = (ROOT / "docs/RUNBOOK.md").read_text(encoding="utf-8")
ALERTS = yaml.safe_load((ROOT / "deploy/observability/alerts.yml").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##)", RUNBOOK, re.MULTILINE | re.DOTALL))
PROGRAMS = ("bash", "curl", "psql", "redis-cli")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]


def commands(text: str) -> list[str]:
    return [
        str(block) for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    ]


def test_every_alert_has_a_section_and_every_section_an_alert() -> None:
    assert [rule["alert"] for rule in RULES] == list(SECTIONS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_links_to_its_section_which_has_commands(rule: dict[str, dict[str, str]]) -> None:
    name = str(rule["alert"])

    address = rule["annotations"]["runbook_url"]
    site = re.search(r"^site_url: (\S+)", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert site is not None
    assert address == f"{site[1]}docs/RUNBOOK/#{name.lower()}"
    assert commands(SECTIONS[name])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def serving(environment: dict[str, str], port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "app.manage", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, cwd=ROOT
    ) as process:
        try:
            wait_for_listener(port, process, about=lambda: "the service does not start")
            yield
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Give the variables of the runbook for a running service on PostgreSQL and Redis."""
    port, metrics = free_port(), free_port()
    folder = tmp_path_factory.mktemp("runbook")
    with backends.migrated("postgresql", folder) as url:
        settings = {
            "DATABASE_URL": url,
            "REDIS_URL": backends.REDIS_URL,
            "REDIS_PREFIX": f"test:{uuid4().hex}:",
            "SIGNING_KEYS_FILE": str(keys_file()),
            "MAIL_FOLDER": str(folder),
            "METRICS_PORT": str(metrics),
            "BCRYPT_ROUNDS": "4",
        }
        variables = {
            "API": f"http://127.0.0.1:{port}",
            "METRICS": f"http://127.0.0.1:{metrics}/metrics",
            "PG": url.replace("postgresql+psycopg", "postgresql"),
            "REDIS": backends.REDIS_URL,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "NO_PROXY": "127.0.0.1",
        }
        with serving(settings, port):
            yield os.environ | settings | variables


@pytest.mark.process
@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
@pytest.mark.skipif(
    not (backends.HAS_POSTGRESQL and backends.HAS_REDIS), reason="PostgreSQL or Redis is missing"
)
@pytest.mark.parametrize("section", [*SECTIONS, "Examples"])
def test_the_commands_of_a_section_work(section: str, environment: dict[str, str]) -> None:
    text = SECTIONS.get(section) or RUNBOOK.partition("## Examples")[2]

    for command in commands(text):
        strict = ["bash", "-euo", "pipefail", "-c", command]
        run = subprocess.run(
            strict, env=environment, capture_output=True, text=True, cwd=ROOT, check=False
        )

        assert run.returncode == 0, run.stdout + run.stderr
        assert run.stdout
