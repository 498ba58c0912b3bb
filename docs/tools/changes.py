"""The contract's changelog, from the Git history of the bundled document.

It is generated with the site only, because a committed copy would be outdated by every commit.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spec.tools.contract import METHODS

_LONGEST = 50
_Facts = dict[str, str]


def changelog(root: Path, version: str) -> str:
    """Return the changes of every commit except merges, the newest first."""
    path = f"app/schemas/{version}/openapi.json"
    form = ["--no-merges", f"-{_LONGEST}", "--format=%H:%P:%cs: %s"]
    is_shallow = _git(root, "rev-parse", "--is-shallow-repository").strip() == "true"
    parts = []
    for line in _git(root, "log", *form, "--", path).splitlines():
        commit, parent, day, subject = line.split(":", 3)
        if is_shallow and not parent:
            continue  # what came before the oldest commit here is unknown
        before, after = (_facts(_document(root, one, path)) for one in (parent, commit))
        if changes := [f"- {change}" for change in _changes(before, after)]:
            parts.append("\n".join([f"## {day}:{subject}", "", *changes]))
    if not parts:
        parts = ["The Git history is not available; build the site from a full clone."]
    title = "# Changes of the contract"
    return "\n\n".join([title, f"Changes that clients of {version} see.", *parts]) + "\n"


def _changes(before: _Facts, after: _Facts) -> Iterator[str]:
    for name in [*after, *(name for name in before if name not in after)]:
        if _owner(name) in after.keys() ^ before.keys():
            continue  # a schema comes and goes with its fields
        if name not in before:
            yield f"added {name}"
        elif name not in after:
            yield f"removed {name}"
        elif before[name] != after[name]:
            yield f"changed {name}"


def _owner(name: str) -> str:
    return name.replace("field", "schema").partition(".")[0] + "`" if "." in name else ""


def _facts(document: dict[str, Any]) -> _Facts:
    """Return operations, schemas and fields, each with a text that changes when it changes."""
    facts: _Facts = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                facts[f"operation `{method.upper()} {path}`"] = json.dumps(item[method])
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        fields = schema.get("properties", {})
        rest = {key: value for key, value in schema.items() if key != "properties"}
        facts[f"schema `{name}`"] = json.dumps(rest)
        for field, value in fields.items():
            facts[f"field `{name}.{field}`"] = json.dumps(value)
    return facts


def _document(root: Path, commit: str, path: str) -> dict[str, Any]:
    text = _git(root, "show", f"{commit}:{path}") if commit else ""
    return dict(json.loads(text or "{}"))


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],  # noqa: S607 - the developer's own git
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else ""
