"""Breaking changes that were accepted, each with a reason and the last day that it counts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from spec.diff.report import Change
from spec.tools.finding import Finding, RefusedError, Where
from spec.tools.load import Json, load

FILE = "spec/approved-changes.yaml"
_KEYS = ("version", "change", "reason", "until")


@dataclass(frozen=True)
class Approval:
    """An accepted change; `change` is the change as the verdict prints it."""

    version: str
    change: str
    reason: str
    until: date
    where: Where


def read_approvals(root: Path) -> list[Approval]:
    """Return the approvals of the repository; raises RefusedError if one is incomplete."""
    path = root / FILE
    if not path.is_file():
        return []
    findings: list[Finding] = []
    source = load(path, FILE, findings)
    data = source.data if isinstance(source.data, dict) else {}
    entries = data.get("approvals")
    approvals: list[Approval] = []
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        where = Where(FILE, source.lines["approvals", str(index)])
        if (approval := _approval(entry, where)) is None:
            fix = f"write {', '.join(_KEYS)}; `until` is a day such as 2027-01-31"
            findings.append(Finding(where, "an approval is incomplete", fix))
        else:
            approvals.append(approval)
    if findings:
        raise RefusedError(*findings)
    return approvals


def _approval(entry: Json, where: Where) -> Approval | None:
    values = [str(entry.get(key) or "") for key in _KEYS] if isinstance(entry, dict) else [""]
    if not all(values):
        return None
    version, change, reason, until = values
    try:
        return Approval(version, change, reason, date.fromisoformat(until), where)
    except ValueError:
        return None


def approved(changes: Iterable[Change], approvals: Iterable[Approval], today: date) -> list[Change]:
    """Return the changes of one version, with the reason of those that are approved."""
    reasons = {one.change: one.reason for one in approvals if today <= one.until}
    return [replace(change, approval=reasons.get(change.label, "")) for change in changes]


def notices(labels: set[tuple[str, str]], approvals: Iterable[Approval], today: date) -> list[str]:
    """Return a line for each approval that has expired, or that approves nothing.

    `labels` are version and label of every change.
    """
    lines: list[str] = []
    for one in approvals:
        place = f"{one.where.file}:{one.where.line}"
        if today > one.until:
            lines.append(f"{place}: the approval expired on {one.until}. Fix: remove or renew it")
        elif (one.version, one.change) not in labels:
            lines.append(f"{place}: no change of {one.version} is approved by it. Fix: remove it")
    return lines
