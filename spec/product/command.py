"""The command lines of `drop` and `init`."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from spec.product.drop import drop
from spec.product.init import Product, init, optional_parts
from spec.product.parts import parts


def add_arguments(parsers: Mapping[str, argparse.ArgumentParser]) -> None:
    """Add the arguments of both verbs."""
    parsers["drop"].add_argument("parts", nargs="+", help="names in spec/product/parts.toml")
    parsers["init"].add_argument("--name", help="name of the product, such as `Parcel API`")
    parsers["init"].add_argument("--description", help="one sentence about it")
    parsers["init"].add_argument(
        "--drop", nargs="*", choices=optional_parts(), metavar="PART", help="parts to drop"
    )


def run(options: argparse.Namespace, root: Path) -> int:
    """Run a verb; return the exit status."""
    # The command line imports this module only when a verb of it was called.
    cli: ModuleType = sys.modules["spec.tools.cli"]
    if options.verb == "drop":
        status = cli.attempt("drop", lambda: drop(root, options.parts), " ".join(options.parts))
        return int(status)
    product = Product(
        name=options.name or input("Name of the product, such as Parcel API: "),
        description=options.description or input("One sentence about it: "),
    )
    dropped = _asked() if options.drop is None else options.drop
    return int(cli.attempt("init", lambda: init(root, product, dropped), product.name))


def _asked() -> list[str]:
    """Ask for each part whether to keep it; return those to drop."""
    return [
        name
        for name in optional_parts()
        if input(f"Keep {name} ({parts()[name].about})? [Y/n] ").strip().lower() in {"n", "no"}
    ]
