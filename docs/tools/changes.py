"""The contract's changelog: the changes of every commit that changed the bundled document.

It is generated with the site only, because a committed copy would be outdated by every commit.
"""

from datetime import date
from pathlib import Path

from docs.tools.markdown import page, table
from spec.diff.catalogue import RULES
from spec.diff.compare import compare
from spec.diff.report import Change
from spec.diff.revisions import bundled_at, git, nothing

_LONGEST = 50
# Only a pull request is asked for it.
_UNSAID = "version-not-raised"


def changelog(root: Path, version: str) -> str:
    """Return the changes of every commit except merges, the newest first."""
    path = f"app/schemas/{version}/openapi.json"
    form = ["--no-merges", f"-{_LONGEST}", "--format=%H:%P:%cs: %s"]
    is_shallow = git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    parts: list[str] = []
    for line in git(root, "log", *form, "--", path).decode().splitlines():
        commit, parent, day, subject = line.split(":", 3)
        if is_shallow and not parent:
            continue  # what came before the oldest commit here is unknown
        before, after = (
            (one and bundled_at(root, one, version)) or nothing(version) for one in (parent, commit)
        )
        changes = compare(before, after, date.fromisoformat(day))
        if lines := [_line(change) for change in changes if change.rule != _UNSAID]:
            number = after.node("info").text("version")
            title = f"## {day}:{subject}" + (f" ({number})" if number else "")
            parts.append("\n".join([title, "", *lines]))
    if not parts:
        parts = ["The Git history is not available; build the site from a full clone."]
    return page(f"Changes of {version}", "What clients of this version see.", *parts)


def _line(change: Change) -> str:
    return f"- {change.level}: `{change.subject}`: `{change.text}`"


def rules_page() -> str:
    """Return every rule of the verdict."""
    rows = [
        (f"`{rule.id}`", str(rule.level), str(rule.direction), rule.reason)
        for rule in sorted(RULES.values(), key=lambda rule: (-rule.level, rule.id))
    ]
    return page(
        "Rules of the verdict",
        "What `make spec-diff` says about each kind of change of the contract.",
        "How it judges: [spec/diff/](../../spec/diff/README.md).",
        table(("Rule", "Level", "Direction", "Reason"), rows),
    )
