"""Verb `lint`: say what is wrong with the contract."""

from spec.rules import broken
from spec.tools.build import Builder
from spec.tools.bundle import assemble
from spec.tools.contract import Contract
from spec.tools.finding import RefusedError
from spec.tools.ir import Api
from spec.tools.target import Target

_NOT_OPENAPI = "D001"


def checked(contract: Contract, version: str) -> Api:
    """Return what a contract becomes; raises RefusedError with what rules and generator refuse."""
    findings = broken(contract)
    if any(finding.rule == _NOT_OPENAPI for finding in findings):
        raise RefusedError(*findings)
    try:
        api = Builder(contract, version).build()
    except RefusedError as error:
        raise RefusedError(*sorted({*findings, *error.findings})) from None
    if findings:
        raise RefusedError(*findings)
    return api


def lint(target: Target) -> list[str]:
    """Return nothing; raises RefusedError with what loader, rules or generator refuse."""
    checked(assemble(target), target.version)
    return []
