"""The command lines of `drop`, `init` and `update`."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from spec.product.answers import DATABASES, LICENCES, Answers, read_answers, without_unknown
from spec.product.drop import drop
from spec.product.init import init, optional_parts
from spec.product.parts import parts
from spec.product.update import update
from spec.tools.finding import Finding, RefusedError, Where


def add_arguments(parsers: Mapping[str, argparse.ArgumentParser]) -> None:
    """Add the arguments of the verbs."""
    parsers["drop"].add_argument("parts", nargs="+", help="names in spec/product/parts.toml")
    new = parsers["init"]
    new.add_argument("--name", help="name of the product, such as `Parcel API`")
    new.add_argument("--description", help="one sentence about it")
    new.add_argument("--licence", choices=LICENCES, help="default: MIT")
    new.add_argument("--database", choices=DATABASES, help="default: embedded")
    new.add_argument(
        "--drop", nargs="*", choices=optional_parts(), metavar="PART", help="parts to drop"
    )
    new.add_argument("--answers", type=Path, help="read all answers from a .template.toml")
    parsers["update"].add_argument("product", type=Path, help="repository of the product")


def run(options: argparse.Namespace, root: Path) -> int:
    """Run a verb; return the exit status."""
    # The command line imports this module only when a verb of it was called.
    cli: ModuleType = sys.modules["spec.tools.cli"]
    commands = {
        "drop": lambda: drop(root, options.parts),
        "init": lambda: init(root, _answers(options)),
        "update": lambda: update(root, options.product.resolve()),
    }
    return int(cli.attempt(options.verb, commands[options.verb], "the product"))


def _answers(options: argparse.Namespace) -> Answers:
    """Return the answers of a file, or of the command line; ask for those that are missing."""
    if options.answers is not None:
        answers, _ = read_answers(options.answers)
        dropped = without_unknown(answers.dropped, optional_parts())
        return Answers(**{**vars(answers), "dropped": dropped})
    return Answers(
        name=options.name or _ask("Name of the product, such as Parcel API"),
        description=options.description or _ask("One sentence about it"),
        licence=options.licence or _choose("Licence", LICENCES),
        database=options.database or _choose("Default database", DATABASES),
        dropped=tuple(_asked_parts() if options.drop is None else options.drop),
    )


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        fix = (
            "run make init ARGS=\"--name 'Parcel API' --description 'Parcels and where they are.'\""
        )
        raise RefusedError(Finding(Where("init", 1), "name or description is missing", fix))
    return input(f"{question}: ").strip()


def _choose(question: str, choices: Sequence[str]) -> str:
    """Ask for one of several answers; the first one is the default."""
    if not sys.stdin.isatty():
        return choices[0]
    return input(f"{question}: {', '.join(choices)} [{choices[0]}]: ").strip() or choices[0]


def _asked_parts() -> list[str]:
    """Ask for each part whether to keep it; return those to drop."""
    if not sys.stdin.isatty():
        return []
    return [
        name
        for name in optional_parts()
        if input(f"Keep {name} ({parts()[name].about})? [Y/n] ").strip().lower() in {"n", "no"}
    ]
