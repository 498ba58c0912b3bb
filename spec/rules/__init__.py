"""The rules of the contract: every one exists because code, clients or tests depend on it.

The ids are stable: a rule that goes leaves its number unused.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from spec.rules import (
    bodies,
    documents,
    extensions,
    openapi,
    operations,
    parameters,
    responses,
    schemas,
    texts,
)
from spec.rules.catalogue import Schema, every_schema
from spec.rules.explained import RULES
from spec.rules.levels import Levels
from spec.tools.contract import Contract, Endpoint, Node
from spec.tools.finding import Finding, RefusedError

Breaches = Iterator[tuple[Node, str, str]]
Check = TypeVar("Check")

DOCUMENT_RULES: Mapping[str, Callable[[Contract], Breaches]] = {
    "D001": openapi.valid_openapi,
    "D002": documents.unique_operation_ids,
    "D003": documents.declared_tags,
    "D004": documents.used_components,
    "D005": documents.reachable_paths,
    "D006": documents.valid_examples,
    "D007": documents.values_with_schema,
    "D008": documents.contact_and_license,
    "D009": documents.named_operations,
}
OPERATION_RULES: Mapping[str, Callable[[Endpoint], Breaches]] = {
    "O001": operations.operation_id,
    "O002": operations.summary_and_description,
    "O003": operations.one_declared_tag,
    "O004": operations.file_of_the_tag,
    "O005": operations.known_scopes,
    "O006": operations.valid_extensions,
    "O007": operations.statuses_of_extensions,
    "O008": extensions.no_stored_secrets,
    "O009": extensions.no_public_cache_of_secured_reads,
    "O010": extensions.policies_of_different_names,
    "O011": extensions.refusal_without_redis,
    "O012": extensions.buckets_of_different_names,
    "O013": operations.stated_security,
    "O014": extensions.names_of_pages,
    "O015": extensions.declared_idempotency,
    "O016": extensions.announced_ends,
    "O017": operations.known_extensions,
    "O018": operations.one_prefix,
    "O019": bodies.reachable_sizes,
    "O020": bodies.limits_of_bodies,
    "P001": parameters.snake_case_names,
    "P002": parameters.parameters_of_the_path,
    "P003": parameters.distinct_parameters,
    "P004": parameters.no_examples_beside_optional_parameters,
    "R001": responses.problems,
    "R002": responses.secured_operations,
    "R003": responses.refused_bodies,
    "R004": responses.refused_values,
    "R005": responses.server_errors,
    "R006": responses.location_of_created,
    "R007": responses.links,
    "R008": responses.examples,
    "R009": responses.locations_of_any_version,
    "R010": responses.header_examples,
    "R011": responses.named_bodies,
    "R012": responses.event_streams,
}
SCHEMA_RULES: Mapping[str, Callable[[Schema], Breaches]] = {
    "S001": schemas.closed_requests,
    "S002": texts.bounded_strings,
    "S003": texts.strings_without_nul,
    "S004": texts.bounded_numbers,
    "S005": schemas.bounded_arrays,
    "S006": schemas.no_default_on_enum_component,
    "S011": schemas.snake_case_properties,
    "S012": schemas.named_parts,
    "S013": texts.portable_patterns,
    "S015": texts.known_formats,
    "S016": schemas.unambiguous_unions,
    "S017": schemas.typed,
    "S018": schemas.known_keywords,
    "S019": schemas.required_properties,
    "S020": schemas.distinct_values,
    "S021": texts.integer_formats,
}


# What the others take for granted, and what takes the others for granted.
_FIRST, _LAST = ("D001", "D002"), "D006"


@dataclass(frozen=True)
class Verdict:
    """What the rules say of a contract.

    Attributes:
        errors: What stops the generator.
        warnings: What it only says.
    """

    errors: list[Finding]
    warnings: list[Finding]


def judge(contract: Contract, levels: Levels) -> Verdict:
    """Apply every rule at its level, but leave out what only follows from an error."""
    errors: list[Finding] = []
    warnings: list[Finding] = []
    for stage in _stages(contract, levels):
        for finding in sorted(set(stage)):
            if levels.of(finding.rule) == "warning":
                warnings.append(finding)
            elif not levels.is_old(finding):
                errors.append(finding)
        if errors:
            break
    return Verdict(errors, sorted(warnings))


def everything(contract: Contract, levels: Levels) -> list[Finding]:
    """Return the errors of all rules; raises RefusedError with what the server needs."""
    errors: list[Finding] = []
    for stage in _stages(contract, levels):
        errors += sorted({it for it in stage if levels.of(it.rule) == "error"})
        if fatal := [finding for finding in errors if RULES[finding.rule].adopted == "error"]:
            raise RefusedError(*fatal)
    return errors


def _stages(contract: Contract, levels: Levels) -> Iterator[list[Finding]]:
    """Yield what each stage finds; one is only asked for when those before it found no error."""
    for key in _FIRST:
        yield _found(key, DOCUMENT_RULES[key](contract))
    found: list[Finding] = []
    for key, check in _used(DOCUMENT_RULES, levels):
        found += _found(key, check(contract)) if key not in {*_FIRST, _LAST} else []
    operation_rules, schema_rules = _used(OPERATION_RULES, levels), _used(SCHEMA_RULES, levels)
    for endpoint in contract.endpoints():
        for key, rule in operation_rules:
            found += _found(key, rule(endpoint))
    for schema in every_schema(contract):
        for key, test in schema_rules:
            found += _found(key, test(schema))
    yield found
    if levels.of(_LAST) != "off":
        yield _found(_LAST, DOCUMENT_RULES[_LAST](contract))


def _used(rules: Mapping[str, Check], levels: Levels) -> list[tuple[str, Check]]:
    return [(key, check) for key, check in rules.items() if levels.of(key) != "off"]


def _found(key: str, breaches: Breaches) -> list[Finding]:
    return [node.finding(what, fix, key) for node, what, fix in breaches]
