"""Commands for operators and developers: `python -m app.manage --help`."""

import argparse
import sys

from app.core.config import load_settings
from app.core.error_text import print_exception
from app.manage import db_reset, doctor, keys, routes, seed, serve, setup, shell, tasks


def main() -> None:
    """Run one command.

    Raises:
        WrongSettings: The settings are refused.
    """
    sys.excepthook = print_exception
    parser = argparse.ArgumentParser(prog="python -m app.manage", description=__doc__)
    parser.set_defaults(load=load_settings)
    commands = parser.add_subparsers(required=True)
    for module in (
        *(setup, serve, tasks, keys, doctor, routes, shell, db_reset),
        seed,  # part example
    ):
        module.add_commands(commands)
    arguments = parser.parse_args()
    arguments.run(arguments.load(), arguments)


if __name__ == "__main__":
    main()
