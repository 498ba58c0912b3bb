"""The Kubernetes manifests of deploy/, as tests read them."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

FOLDER = ROOT / "deploy/kubernetes"
BASE = FOLDER / "base"
OVERLAYS = sorted(path.parent.name for path in FOLDER.glob("overlays/*/kustomization.yaml"))
COMPONENT = "app.kubernetes.io/component"
Manifest = dict[str, Any]


def build_command() -> list[str] | None:
    """Return the command that builds an overlay; None if neither tool is installed."""
    if kustomize := shutil.which("kustomize"):
        return [kustomize, "build"]
    if kubectl := shutil.which("kubectl"):
        return [kubectl, "kustomize"]
    return None


@cache
def build(overlay: str) -> str:
    """Return what kustomize makes of an overlay."""
    command = build_command() or []
    built = subprocess.run(
        [*command, str(FOLDER / "overlays" / overlay)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return built.stdout


def load(text: str) -> list[Manifest]:
    """Return the manifests of a YAML stream."""
    return [one for one in yaml.safe_load_all(text) if one]


def base_files() -> list[Path]:
    """Return the files that the base lists as resources."""
    listed = load((BASE / "kustomization.yaml").read_text(encoding="utf-8"))[0]["resources"]
    return [BASE / name for name in listed]


def base() -> list[Manifest]:
    """Return the manifests of the base, without its patch."""
    return [one for path in base_files() for one in load(path.read_text(encoding="utf-8"))]


def of(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    """Return the one manifest of a kind and name."""
    [found] = [one for one in manifests if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


def pod(manifest: Manifest) -> Manifest:
    """Return the specification of the pods of a workload."""
    return dict(manifest["spec"]["template"]["spec"])


def container(manifest: Manifest) -> Manifest:
    """Return the one container of the pods of a workload."""
    [found] = pod(manifest)["containers"]
    return dict(found)


def settings_of(overlay: str) -> dict[str, str]:
    """Return the settings of an overlay: its own lines win over those of the base."""
    files = (BASE / "settings.env", FOLDER / "overlays" / overlay / "settings.env")
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}
