"""What changed between two contracts, collected once per place whoever uses it."""

from dataclasses import dataclass, field, replace

from spec.diff.catalogue import KEYWORDS, RULES, Direction, Effect, Level
from spec.diff.sameness import Sameness
from spec.diff.subjects import subject_of
from spec.tools.contract import Contract, Node
from spec.tools.finding import Where


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        rule: Its id in the catalogue.
        where: A line of the new contract, or of the old one if `is_old`.
        subject: The name of the place that changed.
        operations: The operations that it concerns; empty if it concerns all.
        approval: Why a breaking change is accepted, or an empty string.
    """

    level: Level
    rule: str
    where: Where
    text: str
    subject: str
    is_old: bool = False
    operations: tuple[str, ...] = ()
    approval: str = ""

    @property
    def label(self) -> str:
        """Return what identifies the change, whatever its line: an approval repeats it."""
        return f"{self.rule}: {self.subject}: {self.text}"

    @property
    def fails(self) -> bool:
        """Tell whether the verdict fails because of it."""
        return self.level is Level.BREAKING and not self.approval


_Key = tuple[str, str, Where, str, bool]


@dataclass
class Report:
    """Changes between two contracts, each with the operations that it concerns."""

    old: Contract
    sameness: Sameness
    found: dict[_Key, dict[str, bool]] = field(default_factory=dict[_Key, dict[str, bool]])

    def changes(self) -> list[Change]:
        """Return the changes, the worst first, then in the order of files and lines."""
        found = [self._change(key, users) for key, users in self.found.items()]
        return sorted(found, key=lambda it: (-it.level, it.is_old, it.where, it.rule, it.text))

    def _change(self, key: _Key, users: dict[str, bool]) -> Change:
        rule, subject, where, text, is_old = key
        level = RULES[rule].level
        if users and not any(users.values()):
            level = min(level, Level.RISKY)
        operations = tuple(filter(None, users))
        return Change(level, rule, where, text, subject, is_old, operations)


@dataclass(frozen=True)
class Scope:
    """Where changes are noted, and for whom.

    Attributes:
        operation: Its operationId; empty for what belongs to no operation.
        is_stable: Clients may rely on the operation.
        direction: Who sends what is compared.
    """

    report: Report
    operation: str = ""
    is_stable: bool = True
    direction: Direction = Direction.BOTH

    def towards(self, direction: Direction) -> "Scope":
        """Return the scope of one direction."""
        return replace(self, direction=direction)

    def trial(self) -> "Scope":
        """Return a scope whose changes are noted apart from the others."""
        return replace(self, report=Report(self.report.old, self.report.sameness))

    def is_same(self, old: Node, new: Node) -> bool:
        """Tell whether the contracts say the same, so that nothing has to be compared."""
        return self.report.sameness.holds(old, new)

    def add(self, rule: str, node: Node, text: str, key: str = "") -> None:
        """Note a change of a value, on the line of its member `key`; raises KeyError."""
        rule = rule if self.direction is Direction.BOTH else f"{self.direction}-{rule}"
        where = node.child(key).where if key else node.where
        entry = (
            RULES[rule].id,
            subject_of(node),
            where,
            text,
            node.contract is self.report.old,
        )
        self.report.found.setdefault(entry, {})[self.operation] = self.is_stable

    def constrain(self, keyword: str, effect: Effect, node: Node, text: str, key: str) -> None:
        """Note a change of a schema's constraint; raises KeyError."""
        name = KEYWORDS[keyword].rule_id(self.direction, effect)
        self.add(name.removeprefix(f"{self.direction}-"), node, text, key)
