"""The alerts and dashboards ask for metrics that the application has."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from app.telemetry import metrics
from tests.conftest import ROOT

FOLDER = ROOT / "deploy/observability"
COMPOSE = ROOT / "deploy/compose.observability.yml"
# What Prometheus and its client for Python add.
FOREIGN = {"up", "process_resident_memory_bytes"}
LABELS = {"le", "job", "instance", "operation", "method", "status", "task", "outcome"}
LABELS |= {"decision", "result", "state"}
LABELS |= {"event_type"}  # part webhooks
WORDS = {"or", "unless"}


def load(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def queries() -> list[str]:
    groups = load(FOLDER / "alerts.yml")["groups"]
    found = [rule["expr"] for group in groups for rule in group["rules"]]
    for path in FOLDER.glob("dashboards/*.json"):
        panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
        found += [target["expr"] for panel in panels for target in panel["targets"]]
    return found


def labels_in(query: str) -> set[str]:
    grouped = ",".join(re.findall(r"by \(([^)]*)\)", query))
    return set(re.findall(r"\w+", grouped)) | set(re.findall(r"(\w+)[=!]~?[=\"]", query))


def metrics_in(query: str) -> set[str]:
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\w+ by \([^)]*\)|offset \w+|\w+\(", " ", query)
    return set(re.findall(r"[a-z_]{2,}", bare)) - WORDS


def names_of_metrics() -> set[str]:
    assert metrics.REQUEST_SECONDS
    families = {family.name: family.type for family in REGISTRY.collect()}
    suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"], "gauge": [""]}
    return {name + end for name, type_ in families.items() for end in suffixes.get(type_, [])}


@pytest.mark.parametrize("query", queries())
def test_a_query_names_metrics_and_labels_of_the_application(query: str) -> None:
    assert metrics_in(query)
    assert metrics_in(query) - names_of_metrics() - FOREIGN == set()
    assert labels_in(query) - LABELS == set()


def test_a_metric_that_is_gone_is_found() -> None:
    query = 'sum by (status) (rate(http_requests_count{code="5xx"}[5m])) > 0.01'

    assert metrics_in(query) == {"http_requests_count"}
    assert labels_in(query) - LABELS == {"code"}


def test_prometheus_reads_the_ports_that_the_processes_serve() -> None:
    services = load(COMPOSE)["services"]
    configured = load(FOLDER / "prometheus.yml")["scrape_configs"]
    read = {
        name: str(config["port"])
        for job in configured
        for config in job["dns_sd_configs"]
        for name in config["names"]
    }

    assert read == {
        "api": services["api"]["environment"]["METRICS_PORT"],
        "worker": services["worker"]["environment"]["TASK_METRICS_PORT"],
    }


def test_traces_of_all_processes_go_to_jaeger_where_grafana_reads_them() -> None:
    services = load(COMPOSE)["services"]
    sources = {
        source["type"]: source["url"] for source in load(FOLDER / "grafana.yml")["datasources"]
    }

    for name in ("api", "worker", "scheduler"):
        endpoint = services[name]["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"]
        assert endpoint == "http://jaeger:4318"
    assert sources["jaeger"] == "http://jaeger:16686"


@pytest.mark.parametrize("name", ["prometheus", "jaeger", "grafana"])
def test_a_service_has_limits_a_health_check_and_its_files(name: str) -> None:
    service = load(COMPOSE)["services"][name]
    files = [
        volume.split(":")[0] for volume in service.get("volumes", ()) if volume.startswith("./")
    ]

    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"]
    assert {"mem_limit", "pids_limit", "logging", "healthcheck"} <= service.keys()
    # Neither has a password: only the machine itself reaches them.
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert [file for file in files if not (ROOT / file).exists()] == []
