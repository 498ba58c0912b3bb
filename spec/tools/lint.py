"""Verb `lint`: say what is wrong with the contract."""

from spec.rules import broken
from spec.tools.build import Builder
from spec.tools.bundle import assemble, dump
from spec.tools.finding import RefusedError
from spec.tools.models import Models, ModelsRun
from spec.tools.target import Target


def lint(target: Target) -> list[str]:
    """Return nothing; raises RefusedError with what loader, rules or generator refuse."""
    contract = assemble(target)
    with ModelsRun(contract, dump(contract.document)) as run:
        if findings := broken(contract):
            raise RefusedError(*findings)
        Builder(contract, target.version, Models.read(run.code())).build()
    return []
