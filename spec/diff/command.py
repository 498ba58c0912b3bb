"""Verb `diff`: what the working tree changes in the contract since a git revision."""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from spec.diff.approvals import approved, notices, read_approvals
from spec.diff.compare import compare
from spec.diff.formats import FORMATS, Verdict
from spec.diff.revisions import commit_of, contracts_at, default_base, nothing
from spec.tools.bundle import assemble
from spec.tools.finding import RefusedError
from spec.tools.target import targets


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    text = "the git revision to compare with; the last release or main if not given"
    parser.add_argument("--base", default="", help=text)
    parser.add_argument("--format", choices=list(FORMATS), default="text", help="text if not given")


def diff(root: Path, arguments: argparse.Namespace) -> int:
    """Print the verdict; return 1 for a breaking change that nobody approved."""
    base = arguments.base or default_base(root)
    if not base:
        print("spec: there is no release and no main branch to compare with; nothing was compared")
        return 0
    if not (commit := commit_of(root, base)):
        print(f"There is no revision {base}. Fix: git fetch, or name another", file=sys.stderr)
        return 1
    try:
        verdict = judge(root, base, commit, datetime.now(UTC).date())
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    print(FORMATS[arguments.format](verdict))
    return 1 if verdict.failures else 0


def judge(root: Path, base: str, commit: str, today: date) -> Verdict:
    """Compare every version that the commit has; raises RefusedError if one cannot be read."""
    approvals = read_approvals(root)
    now = {target.version: assemble(target) for target in targets(root)}
    versions = {
        version: approved(
            compare(contract, now.get(version) or nothing(version), today),
            [one for one in approvals if one.version == version],
            today,
        )
        for version, contract in contracts_at(root, commit).items()
    }
    labels = {
        (version, change.label) for version, changes in versions.items() for change in changes
    }
    return Verdict(base, versions, notices(labels, approvals, today))
