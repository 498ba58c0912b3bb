"""The files of compose in deploy/ are valid, and fit docker-compose.yml and the application."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.core.config import Settings
from tests.conftest import ROOT

DOCKER = shutil.which("docker") or "docker"
DEVELOPMENT = "deploy/compose.development.yml"
OBSERVABILITY = "deploy/compose.observability.yml"  # part observability
PRODUCTION = "deploy/compose.production.yml"


def has_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    answer = subprocess.run([DOCKER, "compose", "version"], capture_output=True, check=False)
    return answer.returncode == 0


def read_by_compose(folder: Path, *names: str) -> dict[str, Any]:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / ".env.production").touch()
    files = [part for name in names for part in ("-f", name)]
    command = [DOCKER, "compose", *files, "config", "--format", "json"]

    read = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    assert read.returncode == 0, read.stderr
    return dict(json.loads(read.stdout))


needs_compose = pytest.mark.skipif(not has_compose(), reason="docker compose is not installed")


# part observability
@needs_compose
def test_observability_adds_to_the_services(tmp_path: Path) -> None:
    services = read_by_compose(tmp_path, "docker-compose.yml", OBSERVABILITY)["services"]

    assert services["api"]["environment"]["METRICS_PORT"] == "9000"
    assert services["api"]["environment"]["ENVIRONMENT"] == "production"
    assert {"prometheus", "jaeger", "grafana", "worker", "proxy"} <= services.keys()


# end part


@needs_compose
def test_production_serves_https_with_two_api_containers(tmp_path: Path) -> None:
    services = read_by_compose(tmp_path, "docker-compose.yml", PRODUCTION)["services"]

    assert {port["published"] for port in services["proxy"]["ports"]} == {"80", "443"}
    assert services["proxy"]["environment"] == {"TLS_CERTIFICATE": "/run/secrets/certificate"}
    assert services["api"]["deploy"]["replicas"] == int(services["api"]["environment"]["PROCESSES"])
    assert services["api"]["environment"]["ENVIRONMENT"] == "production"


@needs_compose
def test_development_is_valid_alone(tmp_path: Path) -> None:
    services = read_by_compose(tmp_path, DEVELOPMENT)["services"]

    assert services.keys() == {"postgres", "redis", "mail"}


def test_the_readme_leads_the_application_to_the_servers_of_development(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    readme = (ROOT / "deploy/README.md").read_text(encoding="utf-8")
    exports = " ".join(re.findall(r"^export (.+)$", readme, re.MULTILINE))
    for name, value in (pair.split("=", 1) for pair in exports.split()):
        monkeypatch.setenv(name, value)

    settings = Settings(_env_file=None)

    services = yaml.safe_load((ROOT / DEVELOPMENT).read_text(encoding="utf-8"))["services"]
    published = {port.rpartition(":")[0] for one in services.values() for port in one["ports"]}
    assert settings.redis_url is not None
    urls = [settings.database_url.get_secret_value(), settings.redis_url.get_secret_value()]
    used = {found for url in urls for found in re.findall(r"[\d.]+:\d+", url)}
    assert used | {f"{settings.smtp_host}:{settings.smtp_port}"} <= published
    assert settings.smtp_security == "none"
