"""What two contracts have in common word for word, which is most of them: it is not compared."""

from collections.abc import Iterator
from functools import cached_property

from spec.tools.contract import Contract, Node
from spec.tools.load import Json


class Sameness:
    """Tells which values are the same in two contracts, with all that they refer to."""

    def __init__(self, old: Contract, new: Contract) -> None:
        self.old = old
        self.new = new

    def holds(self, old: Node, new: Node) -> bool:
        """Tell whether nothing differs."""
        return old.value == new.value and self.changed.isdisjoint(_references(new.value))

    @cached_property
    def changed(self) -> set[str]:
        """Return the references to components that differ, or lead to one that does."""
        before, after = _components(self.old), _components(self.new)
        uses = {name: set(_references(value)) for name, value in after.items()}
        changed = {
            name
            for name in before.keys() | after.keys()
            if name not in before or name not in after or before[name] != after[name]
        }
        while more := {name for name, used in uses.items() if used & changed} - changed:
            changed |= more
        return changed


def _components(contract: Contract) -> dict[str, Json]:
    return {
        f"#/components/{kind}/{name}": node.value
        for kind, members in contract.node("components").entries()
        for name, node in members.entries()
    }


def _references(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str):
            yield reference
        for member in value.values():
            yield from _references(member)
    elif isinstance(value, list):
        for entry in value:
            yield from _references(entry)
