"""`python -m spec <verb>`: one verb is one module with one function of the same name."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from spec.diff.command import add_arguments, diff
from spec.resource import command as resource
from spec.tools.finding import RefusedError
from spec.tools.target import REPOSITORY, Target, targets

VERBS = {
    "generate": "write models, interfaces and routes",
    "check": "fail if the generated code differs from the contract",
    "lint": "check the contract against its rules",
    "bundle": "print the contract as one document",
    "diff": "show what changed since a revision, and what breaks clients",
    "new-version": "start the next version as a difference from the newest one",
    "drop-version": "remove the oldest version",
    "watch": "generate on every save",
    "clients": "build packages for clients into dist/",
    "resource": "write a resource: contract, table, service, tests",
    "adopt": "make an OpenAPI document of 3.0, 3.1 or 3.2 the contract",
    # part template
    "drop": "remove parts that the product does not need, such as the example",
    "init": "make the template a product: drop parts, rename everything",
    "update": "merge this version of the template into a product",
    # end part
}
# Verbs that look at all versions at once: code of one refers to that of another.
_TOGETHER = {"generate", "check", "resource"}
# Verbs whose module has another name.
MODULES = {"baseline": "tools.lint", "clients": "clients.build"}


def main(arguments: Sequence[str] | None = None, root: Path = REPOSITORY) -> int:
    """Run a verb on every version below `spec/`, or adopt a contract; return the exit status."""
    options = _options(arguments)
    if options.verb == "adopt":
        return adopt(options, root)
    # part template
    if options.verb in {"drop", "init", "update"}:
        return int(import_module("spec.product.command").run(options, root))
    # end part
    if not (found := targets(root)):
        return say([f"{root / 'spec'}: there is no contract. Fix: add spec/v1/openapi.yaml"], 1)
    return _on_all(options, found, root)


def _on_all(options: argparse.Namespace, found: Sequence[Target], root: Path) -> int:
    """Run a verb that needs a contract; return the exit status."""
    verb = options.verb
    if verb == "diff":
        return diff(root, options)
    if verb == "watch":
        import_module("spec.tools.watch").watch(root)
        return 0
    if verb == "new-version":
        module = import_module("spec.tools.new_version")
        return attempt(verb, lambda: module.new_version(root), "spec")
    if verb in _TOGETHER:
        return together(options, found)
    if verb == "drop-version":
        drop = import_module("spec.tools.drop_version").drop_version
        return attempt(verb, lambda: drop(root, options.version), "spec")
    name = "baseline" if verb == "lint" and options.write_baseline else verb
    return max(run(name, target) for target in found)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m spec", description="Tools around the contract."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")
    known = {
        name: verbs.add_parser(name, help=summary, description=summary)
        for name, summary in VERBS.items()
    }
    add_arguments(known["diff"])
    resource.add_arguments(known["resource"])
    known["drop-version"].add_argument("version", help="such as v1")
    known["lint"].add_argument(
        "--write-baseline", action="store_true", help="let pass what the rules find now"
    )
    import_module("spec.product.command").add_arguments(known)  # part template
    known["adopt"].add_argument("source", type=Path, help="file, or folder with the root document")
    known["adopt"].add_argument("--into", type=Path, help="folder to write to (spec/v1)")
    there = known["adopt"].add_mutually_exclusive_group()
    there.add_argument(
        "--overwrite", action="store_true", help="replace the contract that is there"
    )
    there.add_argument("--beside", action="store_true", help="add to the contract that is there")
    # part template
    text = "drop the example, and add to what is left of the contract"
    there.add_argument("--replace-example", action="store_true", help=text)
    # end part
    return parser.parse_args(arguments)


def adopt(options: argparse.Namespace, root: Path) -> int:
    """Make a foreign contract this one; return the exit status."""
    module = import_module("spec.adopt.adopt")
    into = (options.into or root / "spec" / "v1").resolve()

    def progress(line: str) -> None:
        print(line, file=sys.stderr)

    def command() -> list[str]:
        lines: list[str]
        # part template
        if options.replace_example:
            replace = import_module("spec.product.replace").replace_example
            lines = replace(options.source, root, progress=progress)
            return lines
        # end part
        if options.beside:
            lines = module.adopt_beside(options.source, into, progress=progress)
        else:
            overwrite = options.overwrite
            lines = module.adopt(options.source, into, overwrite=overwrite, progress=progress)
        return lines

    return attempt("adopt", command, str(options.source))


def together(options: argparse.Namespace, found: Sequence[Target]) -> int:
    """Run a verb on all versions at once; return the exit status."""
    folders = ", ".join(target.show(target.contract.parent) for target in found)
    if options.verb == "resource":
        return attempt("resource", lambda: resource.resource(options, found[-1]), folders)
    command = getattr(import_module(f"spec.tools.{options.verb}"), options.verb)
    return attempt(options.verb, lambda: command(found), folders)


def run(verb: str, target: Target) -> int:
    """Run a verb on one version and print its result; return the exit status."""
    command: Callable[[Target], list[str]] = getattr(
        import_module(f"spec.{MODULES.get(verb, f'tools.{verb}')}"), verb
    )
    return attempt(verb, lambda: command(target), target.show(target.contract.parent))


def attempt(verb: str, command: Callable[[], list[str]], name: str) -> int:
    """Run a command and print its result; return the exit status."""
    started = time.perf_counter()
    try:
        lines = command()
    except RefusedError as error:
        count = "1 error" if len(error.findings) == 1 else f"{len(error.findings)} errors"
        return say([*map(str, error.findings), f"{count}; nothing was written"], 1)
    if verb == "bundle":
        return say(lines, 0)
    if verb == "check" and lines:
        return say([*lines, "The generated code differs from the contract. Fix: make generate"], 1)
    seconds = time.perf_counter() - started
    return say([*lines, f"{name}: {verb} passed in {seconds:.1f} s"], 0)


def say(lines: Sequence[str], status: int) -> int:
    """Print the lines, to stderr for a failure; return the status."""
    print("\n".join(lines), file=sys.stderr if status else sys.stdout)
    return status
