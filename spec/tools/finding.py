"""A fault of the contract: what is wrong, where, and how to fix it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A line of a contract file, shown relative to the repository."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One line of output; `rule` is empty for what the loader or the generator itself refuses.

    `pointer` leads to the value in the bundled document: lines change more often.
    """

    where: Where
    message: str
    fix: str
    rule: str = ""
    pointer: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Write the finding as editors and CI systems read it."""
        rule = f"{self.rule} " if self.rule else ""
        return f"{self.where.file}:{self.where.line}: {rule}{self.message}. Fix: {self.fix}"


class RefusedError(Exception):
    """The contract cannot be turned into code; nothing may be written."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


def closest(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return the fix for an unknown word: the known one that was meant, if one is close."""
    close = difflib.get_close_matches(word, list(known), 1, cutoff=0.75)
    return f"did you mean {close[0]}?" if close else otherwise
