"""Which components differ between requests and responses."""

from collections.abc import Callable
from functools import partial

from spec.tools.contract import Contract
from spec.tools.load import Json


def directed(contract: Contract) -> set[str]:
    """Return the components that differ by direction: they hold readOnly or writeOnly."""
    schemas = dict(contract.node("components", "schemas").entries())
    found = {name for name, node in schemas.items() if _mentions(node.value, _has_direction)}
    grown = True
    while grown:
        before = frozenset(found)
        found |= {
            name
            for name, node in schemas.items()
            if _mentions(node.value, partial(_refers, names=before))
        }
        grown = len(found) > len(before)
    return found


def _mentions(value: Json, test: Callable[[dict[str, Json]], bool]) -> bool:
    if isinstance(value, dict):
        return test(value) or any(_mentions(it, test) for it in value.values())
    return isinstance(value, list) and any(_mentions(it, test) for it in value)


def _has_direction(value: dict[str, Json]) -> bool:
    return value.get("readOnly") is True or value.get("writeOnly") is True


def _refers(value: dict[str, Json], names: frozenset[str]) -> bool:
    reference = value.get("$ref")
    return isinstance(reference, str) and reference.removeprefix("#/components/schemas/") in names
