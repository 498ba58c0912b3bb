"""The manifests fit the schemas of Kubernetes and the application that they run."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from app import server
from app.core.config import Settings
from app.tasks.engine import workers
from tests.conftest import ROOT
from tests.deploy import manifests
from tests.deploy.manifests import COMPONENT, Manifest, container, of, pod
from tests.waiting import until

# The oldest version that has all fields in use, and the newest one of the schemas at hand.
VERSIONS = ["1.30", "1.37"]
BASE = manifests.base()
PROCESSES = ["api", "worker", "scheduler"]
WORKLOADS = [*PROCESSES, "migrate"]
NAMES = {name.upper() for name in Settings.model_fields}
DEFAULTS = {name: field.default for name, field in Settings.model_fields.items()}
README = (ROOT / "deploy/kubernetes/README.md").read_text(encoding="utf-8")
SECRETS = set(re.findall(r"--from-file=(\w+)=", README))

needs_kustomize = pytest.mark.skipif(
    manifests.build_command() is None, reason="neither kustomize nor kubectl is installed"
)


def workload(name: str, among: list[Manifest] = BASE) -> Manifest:
    return of(among, "Job" if name == "migrate" else "Deployment", name)


def assert_valid(files: list[Path], version: str, count: int) -> None:
    command = [sys.executable, "-m", "kubernetes_validate", "--strict", "-k", version]

    checked = subprocess.run(
        [*command, *map(str, files)], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
    # A kind without a schema is only warned of.
    assert checked.stdout.count(" passed ") == count, checked.stdout


def mount_secrets(folder: Path, secrets: dict[str, str]) -> None:
    """Lay out files as a mounted Secret has them: links into a folder that changes at once."""
    (folder / "..2026_11_28").mkdir()
    (folder / "..data").symlink_to("..2026_11_28")
    for name, value in secrets.items():
        (folder / "..data" / name).write_text(f"{value}\n")
        (folder / name).symlink_to(f"..data/{name}")


@pytest.mark.kubernetes
@pytest.mark.parametrize("version", VERSIONS)
def test_the_base_fits_the_schemas(version: str) -> None:
    assert_valid(manifests.base_files(), version, len(BASE))


@pytest.mark.kubernetes
@needs_kustomize
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", manifests.OVERLAYS)
def test_what_an_overlay_builds_fits_the_schemas(
    overlay: str, version: str, tmp_path: Path
) -> None:
    text = manifests.build(overlay)
    (tmp_path / "built.yaml").write_text(text, encoding="utf-8")

    assert_valid([tmp_path / "built.yaml"], version, len(manifests.load(text)))


@pytest.mark.kubernetes
def test_a_wrong_field_is_found(tmp_path: Path) -> None:
    wrong = (manifests.BASE / "worker.yaml").read_text().replace("replicas:", "replica:")
    (tmp_path / "wrong.yaml").write_text(wrong)

    with pytest.raises(AssertionError, match="replica"):
        assert_valid([tmp_path / "wrong.yaml"], VERSIONS[0], 2)


@pytest.mark.parametrize("overlay", manifests.OVERLAYS)
def test_every_environment_name_is_a_setting(overlay: str) -> None:
    assert manifests.settings_of(overlay).keys() - NAMES == set()
    for name in WORKLOADS:
        assert "env" not in container(workload(name)), "settings belong into settings.env"


@pytest.mark.parametrize("overlay", manifests.OVERLAYS)
def test_production_starts_with_the_settings_and_secrets(
    overlay: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    of_image = dict(re.findall(r"^(?:ENV|   ) ([A-Z_]+)=(\S+)", image, re.MULTILINE))
    for name, value in {**of_image, **manifests.settings_of(overlay)}.items():
        monkeypatch.setenv(name, value)
    mount_secrets(
        tmp_path,
        {name: f"{name}-of-more-than-32-characters-for-this" for name in SECRETS}
        | {"database_url": "postgresql+psycopg://app@postgres/app"}
        | {"redis_url": "redis://redis:6379/0"},
    )

    settings = Settings(_env_file=None, _secrets_dir=tmp_path)

    assert settings.in_production
    assert settings.sqlite_file is None
    assert settings.smtp_password is not None
    assert settings.signing_keys_file == Path("/run/secrets/signing_keys")


def test_the_secrets_of_the_readme_are_settings() -> None:
    assert SECRETS - {"signing_keys"} <= {name.lower() for name in NAMES}
    assert "signing_keys" in SECRETS


@needs_kustomize
@pytest.mark.parametrize("overlay", manifests.OVERLAYS)
@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_may_do_nothing_that_it_does_not_need(overlay: str, name: str) -> None:
    built = workload(name, manifests.load(manifests.build(overlay)))
    app = container(built)

    assert app["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod(built)["securityContext"]["runAsNonRoot"]
    assert pod(built)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod(built)["automountServiceAccountToken"]
    assert {"cpu", "memory"} <= app["resources"]["requests"].keys()
    assert app["resources"]["limits"]["memory"] == app["resources"]["requests"]["memory"]


@needs_kustomize
@pytest.mark.parametrize("overlay", manifests.OVERLAYS)
def test_an_overlay_names_its_image_and_the_largest_number_of_processes(overlay: str) -> None:
    built = manifests.load(manifests.build(overlay))
    images = {container(workload(name, built))["image"] for name in WORKLOADS}
    autoscaler = of(built, "HorizontalPodAutoscaler", "api")

    assert len(images) == 1
    assert re.fullmatch(r"ghcr\.io/.+:(?!latest).+", images.pop())
    assert manifests.settings_of(overlay)["PROCESSES"] == str(autoscaler["spec"]["maxReplicas"])


async def test_the_application_answers_the_probes(client: httpx2.AsyncClient) -> None:
    app = container(workload("api"))
    probes = [app[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")]

    async def are_healthy() -> bool:
        answers = [await client.get(f"http://10.0.0.1:8000{probe['path']}") for probe in probes]
        return [answer.json()["status"] for answer in answers] == ["live", "ready", "live"]

    await until(are_healthy)  # A busy machine is late to reach the database.
    assert {probe["port"] for probe in probes} == {"http"}


@pytest.mark.parametrize("name", ["worker", "scheduler"])
def test_a_process_without_a_heartbeat_is_restarted(name: str, tmp_path: Path) -> None:
    beat = manifests.settings_of("production")["HEARTBEAT_FILE"]
    file = tmp_path / "heartbeat"
    probe = container(workload(name))["livenessProbe"]["exec"]["command"]
    command = [part.replace(beat, str(file)) for part in probe]
    assert command != probe

    missing = subprocess.run(command, check=False, capture_output=True).returncode
    file.touch()
    fresh = subprocess.run(command, check=False).returncode
    os.utime(file, (time.time() - 60,) * 2)
    old = subprocess.run(command, check=False).returncode

    assert (missing, fresh, old) == (1, 0, 1)


def test_a_pod_has_time_to_end() -> None:
    api, worker = workload("api"), workload("worker")
    tasks = DEFAULTS["task_shutdown_seconds"]
    proxies = float(manifests.settings_of("production")["DRAIN_SECONDS"])

    needed = proxies + server.SHUTDOWN_SECONDS + tasks
    assert pod(api)["terminationGracePeriodSeconds"] >= needed + 5
    needed = tasks + workers.CLOSE_SECONDS
    assert pod(worker)["terminationGracePeriodSeconds"] >= needed + 5


def test_names_lead_to_what_is_there() -> None:
    labels = workload("api")["spec"]["template"]["metadata"]["labels"]
    ports = {port["name"]: port["containerPort"] for port in container(workload("api"))["ports"]}
    settings = manifests.settings_of("production")

    service = of(BASE, "Service", "api")["spec"]
    assert service["selector"].items() <= labels.items()
    assert {port["targetPort"] for port in service["ports"]} <= ports.keys()
    assert of(BASE, "HorizontalPodAutoscaler", "api")["spec"]["scaleTargetRef"]["name"] == "api"
    assert str(ports["metrics"]) == settings["METRICS_PORT"] == settings["TASK_METRICS_PORT"]
    for budget in (one for one in BASE if one["kind"] == "PodDisruptionBudget"):
        name = budget["metadata"]["name"]
        assert budget["spec"]["selector"]["matchLabels"] == {COMPONENT: name}


def test_the_migration_runs_before_the_processes() -> None:
    [first, second] = re.findall(rf"--selector '{COMPONENT} (?:not)?in \((.+)\)'", README)

    assert first == second == ", ".join(PROCESSES)
    for name in WORKLOADS:
        assert workload(name)["metadata"]["labels"][COMPONENT] == name
