"""`python -m spec <verb>`: one verb is one module with one function of the same name."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from spec.diff.command import add_arguments, diff
from spec.tools.finding import RefusedError
from spec.tools.target import REPOSITORY, Target, targets

VERBS = {
    "generate": "write the code that the contract gives",
    "check": "fail when the code on disk is not what the contract gives",
    "lint": "say what is wrong with the contract",
    "bundle": "print the contract as one document",
    "diff": "say what changed since a revision, and what breaks clients",
    "watch": "generate on every save",
}


def main(arguments: Sequence[str] | None = None, root: Path = REPOSITORY) -> int:
    """Run a verb on every version below `spec/`; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m spec", description="Tools around the contract."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")
    for name, summary in VERBS.items():
        verb_parser = verbs.add_parser(name, help=summary, description=summary)
        if name == "diff":
            add_arguments(verb_parser)
    parsed = parser.parse_args(arguments)
    verb = parsed.verb
    if not (found := targets(root)):
        return say([f"{root / 'spec'}: there is no contract. Fix: add spec/v1/openapi.yaml"], 1)
    if verb == "diff":
        return diff(root, parsed)
    if verb == "watch":
        import_module("spec.tools.watch").watch(root)
        return 0
    return max(run(verb, target) for target in found)


def run(verb: str, target: Target) -> int:
    """Run a verb on one version and print its result; return the exit status."""
    started = time.perf_counter()
    try:
        command: Callable[[Target], list[str]] = getattr(import_module(f"spec.tools.{verb}"), verb)
        lines = command(target)
    except RefusedError as error:
        return say(
            [*map(str, error.findings), f"{len(error.findings)} to mend; nothing was written"], 1
        )
    if verb == "bundle":
        return say(lines, 0)
    if verb == "check" and lines:
        return say(
            [*lines, "The generated code is not what the contract gives. Fix: make generate"], 1
        )
    seconds = time.perf_counter() - started
    return say(
        [*lines, f"{target.show(target.contract.parent)}: {verb} passed in {seconds:.1f} s"], 0
    )


def say(lines: Sequence[str], status: int) -> int:
    """Print the lines, to stderr for a failure; return the status."""
    print("\n".join(lines), file=sys.stderr if status else sys.stdout)
    return status
