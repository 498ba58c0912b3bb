"""`python -m app.manage keys`: create, rotate and list the keys of access tokens."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.core import audit
from app.core.audit import Event
from app.core.config import Settings, load_settings
from app.core.crypto.keys import KeyRing, make_signing_key, read_keys, write_keys
from app.core.logging import configure_logging

Step = Callable[[Path], None]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `keys` to a command line."""
    keys = commands.add_parser("keys", help="create, rotate and list the keys of access tokens")
    keys.add_argument("step", choices=_STEPS, help="; ".join(_HELP))
    keys.add_argument("--file", type=Path, help="key file; default: SIGNING_KEYS_FILE")
    # The settings of production are incomplete until the keys exist.
    keys.set_defaults(run=run_step, load=partial(load_settings, environment="development"))


def run_step(settings: Settings, chosen: argparse.Namespace) -> None:
    """Run one step on the key file, then list the keys without their private parts."""
    configure_logging(settings.log_level)
    path = chosen.file or settings.keys_file
    try:
        _STEPS[chosen.step](path)
        ring = read_keys(path)
    except ValueError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{path}\n")
    for key in ring.keys:
        sys.stdout.write(f"{key.state:8} {key.algorithm} {key.kid}\n")


def _make(path: Path) -> None:
    if not path.exists():
        key = make_signing_key("ES256")
        write_keys(path, KeyRing([key]), replacing=False)
        audit.record(Event.SIGNING_KEY_CREATED, kid=key.kid)


def _add(path: Path) -> None:
    key = make_signing_key("ES256")
    write_keys(path, read_keys(path).with_next(key))
    audit.record(Event.SIGNING_KEY_CREATED, kid=key.kid)


def _activate(path: Path) -> None:
    ring = read_keys(path).activated()
    write_keys(path, ring)
    audit.record(Event.SIGNING_KEY_ACTIVATED, kid=ring.active.kid)


def _prune(path: Path) -> None:
    write_keys(path, read_keys(path).pruned())
    audit.record(Event.SIGNING_KEY_REMOVED)


def _show(path: Path) -> None:
    """Change nothing."""


_STEPS: dict[str, Step] = {
    "make": _make,
    "add": _add,
    "activate": _activate,
    "prune": _prune,
    "list": _show,
}
_HELP = (
    "make: create the file with one key, if it does not exist",
    "add: add a key that verifies but does not sign yet",
    "activate: sign with the added key, and retire the previous one",
    "prune: remove retired keys",
    "list: only list the keys",
)
