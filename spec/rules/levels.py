"""Which rules hold: a profile, what `[tool.spec]` changes of it, and the baseline."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from spec.rules.explained import RULES, Level
from spec.tools.finding import Finding, RefusedError, Where, closest
from spec.tools.overlay import base_of
from spec.tools.target import Target

FILE, BASELINE = "rules.toml", "baseline.txt"
PROFILES = ("house", "adopted")
_LEVELS = ("error", "warning", "off")


@dataclass(frozen=True)
class Levels:
    """The level of every rule.

    Attributes:
        profile: `house` demands everything, `adopted` what the server cannot do without.
        changed: Rule → level, where it is not that of the profile.
        old: What the baseline lets pass.
    """

    profile: str = "house"
    changed: Mapping[str, Level] = field(default_factory=dict[str, Level])
    old: frozenset[str] = frozenset()

    @classmethod
    def read(cls, target: Target) -> "Levels":
        """Return what pyproject.toml and then the file beside the contract say.

        Raises:
            RefusedError: A file names a profile, a rule or a level that does not exist.
        """
        folders = [one.contract.parent for one in _extended(target)]
        folder = next((one for one in folders if (one / FILE).is_file()), folders[0])
        settings = [
            _Settings(target.root / "pyproject.toml", target, ("tool", "spec")),
            _Settings(folder / FILE, target, ()),
        ]
        findings = [finding for one in settings for finding in one.findings()]
        if findings:
            raise RefusedError(*findings)
        profile, changed = "house", dict[str, Level]()
        for one in settings:
            if own := one.profile:
                profile, changed = own, {}
            changed |= one.rules
        old = (line for folder in folders for line in _lines(folder / BASELINE))
        return cls(profile, changed, frozenset(old))

    def of(self, rule: str) -> Level:
        """Return the level of a rule; what has no number is an error."""
        if rule in self.changed:
            return self.changed[rule]
        return RULES[rule].adopted if rule in RULES and self.profile == "adopted" else "error"

    def is_old(self, finding: Finding) -> bool:
        """Tell whether the baseline lets a finding pass."""
        return to_line(finding) in self.old and RULES[finding.rule].adopted != "error"


def _extended(target: Target) -> Iterator[Target]:
    """Yield a version, and those that it extends."""
    base: Target | None = target
    while base is not None:
        yield base
        base = base_of(base, [])


class _Settings:
    """One file that may set levels."""

    def __init__(self, path: Path, target: Target, table: tuple[str, ...]) -> None:
        self.path, self.shown = path, target.show(path)
        self.text = path.read_text(encoding="utf-8") if path.is_file() else ""
        data: object = tomllib.loads(self.text)
        for name in table:
            data = data.get(name, {}) if isinstance(data, dict) else {}
        self.data = cast("dict[str, object]", data)

    @property
    def profile(self) -> str:
        return str(self.data.get("profile", ""))

    @property
    def rules(self) -> dict[str, Level]:
        rules = self.data.get("rules", {})
        return cast("dict[str, Level]", rules) if isinstance(rules, dict) else {}

    def findings(self) -> Iterator[Finding]:
        """Yield what the file gets wrong."""
        if self.profile and self.profile not in PROFILES:
            fix = f"use one of {', '.join(PROFILES)}"
            yield self.finding("profile", f"there is no profile {self.profile}", fix)
        for rule, level in self.rules.items():
            if rule not in RULES:
                fix = closest(rule, RULES, "remove it")
                yield self.finding(rule, f"there is no rule {rule}", fix)
            elif level not in _LEVELS:
                fix = f"use one of {', '.join(_LEVELS)}"
                yield self.finding(rule, f"there is no level {level}", fix)
            elif RULES[rule].adopted == "error" and level != "error":
                what = f"the server cannot do without {rule}"
                yield self.finding(rule, what, "remove the line")

    def finding(self, word: str, message: str, fix: str) -> Finding:
        lines = enumerate(self.text.splitlines(), 1)
        line = next((number for number, text in lines if text.startswith(word)), 1)
        return Finding(Where(self.shown, line), message, fix)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def to_line(finding: Finding) -> str:
    """Return a finding as the baseline has it: without its line, which changes."""
    return f"{finding.rule} {finding.pointer} {finding.message}"


def write_baseline(target: Target, findings: Iterable[Finding]) -> Path:
    """Let these findings pass from now on; return the file."""
    path = target.contract.parent / BASELINE
    lines = sorted({to_line(finding) for finding in findings})
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return path
