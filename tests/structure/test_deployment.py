"""The Makefile and docker-compose.yml start what the pages say, with the settings that are set."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from app.core.config import Settings
from tests.conftest import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
NAMES = {name.upper() for name in Settings.model_fields}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_compose_starts_with_what_the_readme_writes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [line] = re.findall(r"^printf .* > \.env\.production$", readme, re.MULTILINE)
    for name, value in re.findall(r"([A-Z_]+)=(\S+)", line):
        monkeypatch.setenv(name, value)
    for name, value in COMPOSE["x-app"]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value))
    (tmp_path / "secret_key").write_text("a-secret-of-more-than-32-characters-for-this")

    settings = Settings(_env_file=None, _secrets_dir=tmp_path)

    assert settings.in_production
    assert [str(network) for network in settings.trusted_proxies] == ["10.97.0.0/24"]


def test_no_variable_of_the_shell_or_of_an_env_file_changes_a_setting_in_compose() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    assert set(re.findall(r"\$\{(\w+)", text)) & NAMES == set()


@pytest.mark.parametrize("name", [name for name in SERVICES if "build" not in SERVICES[name]])
def test_every_service_has_limits_and_a_health_check(name: str) -> None:
    service = SERVICES[name]
    image_checks_itself = service["image"] == COMPOSE["x-app"]["image"] and "command" not in service

    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"]
    assert {"max-size", "max-file"} == set(service["logging"]["options"])
    assert {"mem_limit", "pids_limit"} <= service.keys()
    assert image_checks_itself or "test" in service["healthcheck"]


def test_every_process_of_the_application_gets_every_setting() -> None:
    processes = [one for one in SERVICES.values() if one["image"] == COMPOSE["x-app"]["image"]]

    assert len(processes) == 4
    for process in processes:
        assert process["env_file"] == [".env.production"]
        assert process["environment"] == COMPOSE["x-app"]["environment"]


@pytest.mark.parametrize("name", ["spec/redocly", "spec/clients/typescript"])
def test_the_packages_of_npm_are_pinned_and_come_from_the_registry_of_the_machine(
    name: str,
) -> None:
    folder = ROOT / name
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    locked = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    assert all(re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version) for version in wanted.values())
    assert not any("resolved" in package for package in locked.values())


@pytest.mark.parametrize(
    ("environment", "file", "told"),
    [
        ({}, None, "http://127.0.0.1:18000"),
        ({}, "LOG_LEVEL=INFO\nPUBLIC_URL=\n", "http://127.0.0.1:18000"),
        ({}, "PUBLIC_URL=http://file.example\n", ""),
        ({"PUBLIC_URL": "http://shell.example"}, None, "http://shell.example"),
    ],
)
def test_a_development_server_is_told_its_address(
    tmp_path: Path, environment: dict[str, str], file: str | None, told: str
) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "told: $PUBLIC_URL"\n')
    python.chmod(0o755)
    if file is not None:
        (tmp_path / ".env").write_text(file)
    command = [shutil.which("make") or "make", "-f", str(ROOT / "Makefile"), "PORT=18000"]
    command += ["-o", ".venv/.requirements", f"BIN={tmp_path}", "run"]

    made = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.returncode == 0, made.stderr
    assert f"told: {told}\n" in made.stdout
