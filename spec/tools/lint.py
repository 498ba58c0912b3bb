"""Verb `lint`: say what is wrong with the contract."""

from spec.rules import accept, everything
from spec.rules.levels import Levels, write_baseline
from spec.tools.build import Builder
from spec.tools.bundle import assemble, dump
from spec.tools.models import Models, ModelsRun
from spec.tools.target import Target


def lint(target: Target) -> list[str]:
    """Return the warnings; raises RefusedError with what loader, rules or generator refuse."""
    contract = assemble(target)
    with ModelsRun(contract, dump(contract.document)) as run:
        warnings = accept(contract, target)
        Builder(contract, target.version, Models.read(run.code())).build()
    return [f"{finding} (warning)" for finding in warnings]


def baseline(target: Target) -> list[str]:
    """Let pass what the rules find now; raises RefusedError for what the server needs."""
    found = everything(assemble(target), Levels.read(target))
    path = write_baseline(target, found)
    return [f"wrote {target.show(path)}: {len(found)} findings pass from now on"]
