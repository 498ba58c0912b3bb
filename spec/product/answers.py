"""What a product answered to `init`, kept in `.template.toml` for `make update`."""

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from spec.tools.finding import Finding, RefusedError, Where

FILE = Path(".template.toml")
LICENCES = ("MIT", "Apache-2.0", "none")
DATABASES = ("embedded", "postgresql")

_NAME = re.compile(r"[A-Z][A-Za-z0-9]*( [A-Za-z0-9]+)*")
# It is written between double quotes in YAML, TOML and the Dockerfile.
_DESCRIPTION = re.compile(r'[^"\\$\x00-\x1f]+')
_HEAD = "# The answers to `make init`, and the commit of the template; `make update` needs them.\n"


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a product is called, and what it takes of the template.

    Attributes:
        name: Its name, such as `Parcel API`.
        description: One sentence.
        licence: One of `LICENCES`, by its SPDX identifier.
        database: One of `DATABASES`: which one the settings name by default.
        dropped: The parts that it does without.
    """

    name: str
    description: str
    licence: str = LICENCES[0]
    database: str = DATABASES[0]
    dropped: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """The name of packages, images and containers."""
        return self.name.lower().replace(" ", "-")

    @property
    def brand(self) -> str:
        """How API keys begin; contract and column have room for eight characters."""
        return self.slug.replace("-", "")[:8]

    def check(self) -> None:
        """Refuse what cannot be written into all files; raises RefusedError."""
        for option, value, allowed, fix in (
            ("--name", self.name, _NAME, "write words of letters and digits, such as `Parcel API`"),
            ("--description", self.description, _DESCRIPTION, 'write a line without ", \\ and $'),
            ("--licence", self.licence, _one_of(LICENCES), _choices(LICENCES)),
            ("--database", self.database, _one_of(DATABASES), _choices(DATABASES)),
        ):
            if not allowed.fullmatch(value):
                raise RefusedError(Finding(Where(option, 1), f"{value!r} cannot be used", fix))


def read_answers(path: Path) -> tuple[Answers, str]:
    """Return the answers in a file, and the commit of the template that it was made from.

    Members of other versions of the template are ignored.

    Raises:
        RefusedError: There is no such file, or it cannot be read.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        known = {name: it for name, it in found.items() if name in Answers.__dataclass_fields__}
        answers = Answers(**known)
        return replace(answers, dropped=tuple(answers.dropped)), str(found.get("commit", ""))
    except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
        fix = "restore it with git; make init writes it"
        raise RefusedError(Finding(Where(path.name, 1), str(error), fix)) from None


def write_answers(root: Path, answers: Answers, commit: str) -> None:
    """Write the file."""
    members = {
        "commit": commit,
        "name": answers.name,
        "description": answers.description,
        "licence": answers.licence,
        "database": answers.database,
        "dropped": list(answers.dropped),
    }
    # A string or a list of strings of JSON is one of TOML.
    lines = (f"{name} = {json.dumps(it, ensure_ascii=False)}\n" for name, it in members.items())
    (root / FILE).write_text(_HEAD + "".join(lines), encoding="utf-8", newline="\n")


def _one_of(choices: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, choices)))


def _choices(choices: Iterable[str]) -> str:
    return f"choose from {', '.join(choices)}"


def without_unknown(dropped: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return the parts that this version of the template still has."""
    return tuple(name for name in dropped if name in set(known))
