"""The page of the rules, from `spec/rules/`: reasons, levels and examples."""

from collections.abc import Mapping

from docs.tools.markdown import fence, page
from spec.rules import DOCUMENT_RULES, OPERATION_RULES, SCHEMA_RULES
from spec.rules.explained import RULES

_SECTIONS = {
    "D": "The document",
    "O": "Operations",
    "P": "Parameters",
    "R": "Responses",
    "S": "Schemas",
}
_INTRODUCTION = (
    """What `python -m spec lint` says of a contract.
In the profile `house` every rule is an error.""",
    """Levels are set in `[tool.spec]` of `pyproject.toml`, or in `rules.toml` beside the contract,
which wins. What is an error in both profiles cannot be lowered: the server needs it.""",
    fence("toml", 'profile = "adopted"\n\n[rules]\nS002 = "error"\nO002 = "off"'),
    """`python -m spec lint --write-baseline` writes `baseline.txt` beside the contract: what it has
passes from then on, and what is new fails.""",
)


def lint_rules_page() -> str:
    """Return every rule with its reason, its level in each profile, a bad and a good example."""
    checks: Mapping[str, object] = {**DOCUMENT_RULES, **OPERATION_RULES, **SCHEMA_RULES}
    parts: list[str] = []
    for letter, title in _SECTIONS.items():
        parts.append(f"## {title}")
        for number in (number for number in checks if number[0] == letter):
            parts += _rule(number, checks[number])
    return page("Rules", *_INTRODUCTION, *parts)


def _rule(number: str, check: object) -> list[str]:
    rule, name = RULES[number], getattr(check, "__name__", "")
    return [
        f"### {number}: {name.replace('_', ' ')}",
        check.__doc__ or "",
        f"In an adopted contract: {rule.adopted}.",
        "Bad:",
        fence("yaml", rule.bad),
        "Good:",
        fence("yaml", rule.good),
    ]
