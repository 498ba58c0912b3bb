"""The Makefile and docker-compose.yml hand on the settings that the pages tell people to set."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from app.core.config import Settings
from tests.conftest import ROOT

# What README.md exports before `docker compose up`.
EXPORTED = {
    "SMTP_HOST": "mail.example.com",
    "MAIL_FROM": "api@example.com",
    "SECRET_KEY": "a-secret-of-more-than-32-characters-for-this",
}
REFERENCE = re.compile(r"\$\{(\w+)(?::([-?])((?:\$\{[^}]*\}|[^}])*))?\}")
NAMES = {name.upper() for name in Settings.model_fields}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def compose_environment(**given: str) -> dict[str, str]:
    """Return what the services get where these variables are set, as Compose fills it in."""

    def fill(found: re.Match[str]) -> str:
        name, sign, other = found.groups()
        assert given.get(name) or sign == "-", f"{name} is missing: {other}"
        return given.get(name) or REFERENCE.sub(fill, other)

    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    environment = yaml.safe_load(text)["x-app"]["environment"]
    return {name: REFERENCE.sub(fill, str(value)) for name, value in environment.items()}


def test_compose_starts_with_what_the_readme_exports(monkeypatch: pytest.MonkeyPatch) -> None:
    [line] = re.findall(
        r"^export .*", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(re.findall(r"([A-Z_]+)=", line)) == set(EXPORTED)
    for name, value in compose_environment(**EXPORTED, PORT="18000").items():
        monkeypatch.setenv(name, value)

    settings = Settings(_env_file=None)

    assert settings.in_production
    assert settings.public_url == "http://localhost:18000"


def test_compose_hands_on_every_setting_of_the_steps_to_production() -> None:
    page = (ROOT / "docs/how-to/deploy.md").read_text(encoding="utf-8")
    steps = page.partition("## How it works")[2].partition("## Extensibility Notes")[0]
    named = set(re.findall(r"`([A-Z_]+)`", steps)) & NAMES
    siblings = {name for name in NAMES if name.startswith("SMTP_")}

    assert "ADMIN_PASSWORD" in named
    assert named | siblings <= compose_environment(**EXPORTED).keys()


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
