"""The verdict as text, as a Markdown comment and as JSON."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from spec.diff.approvals import FILE
from spec.diff.catalogue import RULES, Level
from spec.diff.report import Change

_SHOWN_OPERATIONS = 3
# A comment on GitHub holds 65 536 characters.
_SHOWN_ROWS = 60
_LEVELS = sorted(Level, reverse=True)


@dataclass(frozen=True)
class Verdict:
    """What changed in every version since a revision, and what is to say about approvals."""

    base: str
    versions: dict[str, list[Change]]
    notices: list[str]

    @property
    def failures(self) -> int:
        """Return how many breaking changes nobody approved."""
        return sum(change.fails for changes in self.versions.values() for change in changes)


def as_text(verdict: Verdict) -> str:
    """Return one line per change, as editors and CI systems read it."""
    lines: list[str] = []
    for version, changes in verdict.versions.items():
        lines += [_line(verdict.base, change) for change in changes]
        lines.append(f"spec/{version}: {_counts(changes)} since {verdict.base}")
    lines += verdict.notices
    if verdict.failures:
        lines.append(f"{verdict.failures} to correct, or to approve in {FILE}")
    return "\n".join(lines)


def _line(base: str, change: Change) -> str:
    place = f"{change.where.file}:{change.where.line}"
    place = f"{base}:{place}" if change.is_old else place
    users = _users(change)
    approval = f"; approved: {change.approval}" if change.approval else ""
    return f"{place}: {change.level} {change.label}{f' ({users})' if users else ''}{approval}"


def _users(change: Change) -> str:
    shown = change.operations[:_SHOWN_OPERATIONS]
    more = len(change.operations) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _counts(changes: Sequence[Change]) -> str:
    counts = Counter(change.level for change in changes)
    return ", ".join(f"{counts[level]} {level}" for level in _LEVELS)


def as_markdown(verdict: Verdict) -> str:
    """Return the comment of a pull request."""
    result = f"fails: {verdict.failures} breaking" if verdict.failures else "passes"
    parts = [f"## The contract since `{verdict.base}`: {result}"]
    for version, changes in verdict.versions.items():
        parts.append(f"### {version}: {_counts(changes)}")
        parts += [table for level in _LEVELS if (table := _table(changes, level))]
    parts += [f"- {notice}" for notice in verdict.notices]
    if verdict.failures:
        parts.append(f"Correct each breaking change, or approve it in `{FILE}`.")
    return "\n\n".join(parts)


def _table(changes: Sequence[Change], level: Level) -> str:
    rows = [_row(change) for change in changes if change.level is level]
    head = [
        f"| {str(level).capitalize()} | Where | Operations | Rule |",
        "| --- | --- | --- | --- |",
    ]
    more = len(rows) - _SHOWN_ROWS
    rest = [f"| and {more} more | | | |"] if more > 0 else []
    return "\n".join([*head, *rows[:_SHOWN_ROWS], *rest]) if rows else ""


def _row(change: Change) -> str:
    what = f"`{change.subject}`: `{change.text}`"
    if change.approval:
        what += f" (approved: {change.approval})"
    place = f"`{change.where.file}:{change.where.line}`{' before' if change.is_old else ''}"
    rule = f"`{change.rule}`: {RULES[change.rule].reason}"
    return "| " + " | ".join(map(_cell, (what, place, _users(change), rule))) + " |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def as_json(verdict: Verdict) -> str:
    """Return the verdict for programs."""
    document = {
        "base": verdict.base,
        "passed": not verdict.failures,
        "versions": {
            version: [_object(change) for change in changes]
            for version, changes in verdict.versions.items()
        },
        "notices": verdict.notices,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _object(change: Change) -> dict[str, object]:
    return {
        "level": str(change.level),
        "rule": change.rule,
        "file": change.where.file,
        "line": change.where.line,
        "side": "old" if change.is_old else "new",
        "subject": change.subject,
        "text": change.text,
        "operations": change.operations,
        "approval": change.approval or None,
    }


FORMATS = {"text": as_text, "markdown": as_markdown, "json": as_json}
