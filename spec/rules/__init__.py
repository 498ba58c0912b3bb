"""Rules."""

from spec.tools.contract import Contract
from spec.tools.finding import Finding


def broken(contract: Contract) -> list[Finding]:
    return []
