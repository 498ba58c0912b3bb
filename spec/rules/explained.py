"""What `rules.yaml` says of every rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, cast

from spec.tools.load import Json, load

Level: TypeAlias = Literal["error", "warning", "off"]


@dataclass(frozen=True)
class Rule:
    """A rule as the documentation shows it.

    Attributes:
        adopted: Its level in the profile `adopted`; an error cannot be lowered.
        bad: A part of a contract that breaks it, in YAML.
        good: The same part, mended.
    """

    number: str
    adopted: Level
    bad: str
    good: str


def _read() -> Mapping[str, Rule]:
    path = Path(__file__).with_name("rules.yaml")
    data = load(path, path.name, []).data
    rules = cast("Mapping[str, Mapping[str, Json]]", data)
    return {
        number: Rule(
            number,
            cast("Level", entry.get("adopted", "warning")),
            str(entry["bad"]),
            str(entry["good"]),
        )
        for number, entry in rules.items()
    }


RULES = _read()
