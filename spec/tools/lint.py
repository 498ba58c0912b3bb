"""Verb `lint`: check the contract against its rules."""

from spec.rules import everything, judge
from spec.rules.levels import Levels, write_baseline
from spec.tools.build import Builder
from spec.tools.bundle import assemble
from spec.tools.contract import Contract
from spec.tools.finding import Finding, RefusedError
from spec.tools.ir import Api
from spec.tools.target import Target

_NOT_OPENAPI = "D001"


def checked(contract: Contract, target: Target) -> tuple[Api, list[Finding]]:
    """Return what a contract becomes, and the warnings; raises RefusedError with every error."""
    verdict = judge(contract, Levels.read(target))
    if any(finding.rule == _NOT_OPENAPI for finding in verdict.errors):
        raise RefusedError(*verdict.errors)
    try:
        api = Builder(contract, target.version).build()
    except RefusedError as error:
        raise RefusedError(*sorted({*verdict.errors, *error.findings})) from None
    if verdict.errors:
        raise RefusedError(*verdict.errors)
    return api, verdict.warnings


def lint(target: Target) -> list[str]:
    """Return the warnings; raises RefusedError with what loader, rules or generator refuse."""
    _, warnings = checked(assemble(target), target)
    return [f"{finding} (warning)" for finding in warnings]


def baseline(target: Target) -> list[str]:
    """Let pass what the rules find now; raises RefusedError for what the server needs."""
    found = everything(assemble(target), Levels.read(target))
    path = write_baseline(target, found)
    return [f"wrote {target.show(path)}: {len(found)} findings pass from now on"]
