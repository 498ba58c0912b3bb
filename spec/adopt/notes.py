"""What the person who adopts a contract has to know, with the line of its source."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from spec.tools.finding import Where
from spec.tools.load import Json


@dataclass(frozen=True, order=True)
class Note:
    """A change of one kind, or something that a person has to do.

    Attributes:
        topic: What notes of this kind have in common; a heading of the report.
        text: What was done here, or is to be done.
    """

    topic: str
    where: Where
    text: str
    is_open: bool = False


@dataclass
class Notes:
    """Everything noted so far, and where the objects of the new contract come from."""

    entries: list[Note] = field(default_factory=list[Note])
    _origins: dict[int, tuple[object, Where]] = field(
        default_factory=dict[int, tuple[object, Where]]
    )

    def placed(self, value: Json, where: Where) -> None:
        """Remember where an object comes from."""
        self._origins[id(value)] = value, where  # holds the object, so that its id stays its own

    def where(self, *values: Json) -> Where:
        """Return where the first known of some objects comes from, the innermost first."""
        known = (self._origins[id(value)][1] for value in values if id(value) in self._origins)
        return next(known, Where("", 1))

    def changed(self, topic: str, where: Where, text: str) -> None:
        """Note a change that needs nobody."""
        self.entries.append(Note(topic, where, text))

    def left(self, topic: str, where: Where, text: str) -> None:
        """Note what a person has to decide or do."""
        self.entries.append(Note(topic, where, text, is_open=True))

    def of(self, *, is_open: bool) -> dict[str, list[Note]]:
        """Return topic → notes, in the order in which the topics came up."""
        found: dict[str, list[Note]] = {}
        for note in unique(self.entries):
            if note.is_open == is_open:
                found.setdefault(note.topic, []).append(note)
        return found


def unique(notes: Iterable[Note]) -> list[Note]:
    """Return the notes without repetitions."""
    return list(dict.fromkeys(notes))
