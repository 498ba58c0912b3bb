"""The comparison of two contracts as a whole."""

from datetime import date

from spec.diff.operations import compare_operations, compare_webhooks
from spec.diff.report import Change, Report, Scope
from spec.diff.sameness import Sameness
from spec.diff.security import compare_schemes
from spec.tools.contract import Contract, Node

Version = tuple[int, ...]


def compare(old: Contract, new: Contract, today: date) -> list[Change]:
    """Return what changed, the worst first; `today` decides whether a sunset has passed."""
    report = Report(old, Sameness(old, new))
    compare_operations(report, old, new, today)
    compare_webhooks(report, old, new)
    compare_schemes(report, old, new)
    _servers(report, old, new)
    _schemas(report, old, new)
    _version(report, old, new)
    return report.changes()


def _servers(report: Report, old: Contract, new: Contract) -> None:
    before, after = (_urls(one) for one in (old, new))
    for url, node in before.items():
        if url not in after:
            Scope(report).add("server-removed", node, f"server {url} removed")
    for url, node in after.items():
        if url not in before:
            Scope(report).add("server-added", node, f"server {url} added")


def _urls(contract: Contract) -> dict[str, Node]:
    return {node.text("url"): node for _, node in contract.node("servers").entries()}


def _schemas(report: Report, old: Contract, new: Contract) -> None:
    after = new.node("components", "schemas")
    for name, node in old.node("components", "schemas").entries():
        if not after.has(name):
            Scope(report).add("schema-removed", node, f"schema {name} removed")


def _version(report: Report, old: Contract, new: Contract) -> None:
    """Check `info.version` against the changes that are noted already."""
    before, after = (_numbers(one.node("info").text("version")) for one in (old, new))
    if not before or not after:
        return
    info, scope = new.node("info"), Scope(report)
    text = f"version: {_shown(before)} → {_shown(after)}"
    if after < before:
        scope.add("version-lowered", info, text, "version")
    elif after[0] > before[0]:
        scope.add("version-major-raised", info, text, "version")
    elif report.found and after[:2] == before[:2]:
        wanted = _shown((before[0], before[1] + 1, 0))
        scope.add("version-not-raised", info, f"version: {_shown(after)}, not {wanted}", "version")


def _numbers(text: str) -> Version:
    parts = text.split(".")
    return tuple(map(int, parts)) if len(parts) == 3 and all(map(str.isdigit, parts)) else ()


def _shown(version: Version) -> str:
    return ".".join(map(str, version))
