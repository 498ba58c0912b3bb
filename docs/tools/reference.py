"""The reference pages: operations, problems, settings, tables, rules, and changes of the contract.

They are generated from contract and code with the site, and never committed.
`python -m docs.tools.reference` prints them as one JSON object: address → text.
"""

import inspect
import json
import re
import sys
from pathlib import Path

from sqlalchemy import Column, Table

from app.core.exceptions import CATALOGUE
from app.core.problem import ProblemError
from app.db.models.users import User
from docs.tools.changes import changelog, rules_page
from docs.tools.contract_coverage import contract_coverage_page
from docs.tools.events import event_pages
from docs.tools.markdown import fence, json_block, page, table
from docs.tools.operation_facts import address, contracts
from docs.tools.operations import operation_pages
from docs.tools.pages import REFERENCE, ROOT
from docs.tools.rules import lint_rules_page
from spec.tools.load import Json

_SECTION = re.compile(r"^# ===== (.+) =====$", re.MULTILINE)
_SETTING = re.compile(r"^# (.+)\n(\w+)=(.*)$", re.MULTILINE)


def reference_pages(root: Path = ROOT) -> dict[str, str]:
    """Return address → text of every generated page."""
    changes = {
        f"{REFERENCE}/changes/{target.version}.md": changelog(root, target.version)
        for target, _ in contracts(root)
    }
    return {
        **operation_pages(root),
        **event_pages(root),
        f"{REFERENCE}/settings.md": settings_page(root),
        f"{REFERENCE}/database.md": database_page(),
        f"{REFERENCE}/contract-coverage.md": contract_coverage_page(root),
        f"{REFERENCE}/rules.md": lint_rules_page(),
        **changes,
        f"{REFERENCE}/rules-of-the-verdict.md": rules_page(),
        **problem_pages(root),
    }


def settings_page(root: Path) -> str:
    """Return every setting of `.env.example` with its default, in the file's sections."""
    _, *sections = _SECTION.split((root / ".env.example").read_text(encoding="utf-8"))
    parts = []
    for title, text in zip(sections[::2], sections[1::2], strict=True):
        rows = [
            (f"`{name}`", f"`{default}`" if default else "empty", meaning)
            for meaning, name, default in _SETTING.findall(text)
        ]
        parts += [f"## {title}", table(("Setting", "Default", "Meaning"), rows)]
    return page(
        "Settings",
        "Every setting of the application, read once by `Settings`.",
        "Set them in the environment or in `.env`. The environment takes precedence. "
        "An empty value means the default. Names that end in `_SECONDS` are durations in seconds.",
        *parts,
    )


def database_page() -> str:
    """Return the tables and their relations as a diagram."""
    tables = User.metadata.sorted_tables
    lines = ["erDiagram"]
    for one in tables:
        lines += [f"    {one.name} {{", *map(_column, one.columns), "    }"]
    lines += [relation for one in tables for relation in _relations(one)]
    return page(
        "Database",
        "Every table, read from the models in [app/db/models/](../../app/db/README.md).",
        fence("mermaid", "\n".join(lines)),
    )


def _column(column: "Column[object]") -> str:
    marks = ["PK"] * column.primary_key + ["FK"] * bool(column.foreign_keys)
    kind = column.type.python_type.__name__
    return f"        {kind} {column.name} {', '.join(marks)}".rstrip()


def _relations(one: Table) -> list[str]:
    return [
        f"    {key.referred_table.name} ||--o{{ {one.name} : {', '.join(key.columns.keys())}"
        for key in one.foreign_key_constraints
    ]


def problem_pages(root: Path) -> dict[str, str]:
    """Return one page per kind of problem, and their overview."""
    rows = [
        (f"[{slug}]({slug}.md)", str(p.status), p.title, p.remedy) for slug, p in CATALOGUE.items()
    ]
    overview = page(
        "Problems",
        "Every kind of error of the API. The member `type` of an error is the address of its page.",
        table(("Code", "Status", "Title", "What to do"), rows),
        "How errors are made: [docs/ERROR_MODEL.md](../../ERROR_MODEL.md).",
    )
    operations, examples = _uses(root)
    pages = {
        f"{REFERENCE}/problems/{slug}.md": _problem(
            problem, sorted(operations.get(slug, ())), examples.get(slug)
        )
        for slug, problem in CATALOGUE.items()
    }
    return {f"{REFERENCE}/problems/README.md": overview, **pages}


def _uses(root: Path) -> tuple[dict[str, set[str]], dict[str, Json]]:
    """Return links to the operations that declare each problem, and an example of each."""
    operations: dict[str, set[str]] = {}
    examples: dict[str, Json] = {}
    for target, contract in contracts(root):
        for endpoint in contract.endpoints():
            link = address(target, endpoint).removeprefix(f"{REFERENCE}/")
            for _, response in endpoint.responses():
                for _, content in response.get("content").entries():
                    for slug, example in content.get("examples").entries():
                        name = f"[{endpoint.operation_id}](../{link})"
                        operations.setdefault(slug, set()).add(name)
                        examples.setdefault(slug, example.follow().child("value").value)
    return operations, examples


def _problem(problem: type[ProblemError], operations: list[str], example: Json) -> str:
    home = Path(inspect.getfile(problem)).resolve().relative_to(ROOT).as_posix()
    facts = [
        ("Code", f"`{problem.slug}`"),
        ("Status", str(problem.status)),
        ("Class", f"`{problem.__name__}` in [{home}](../../../{home})"),
        ("Operations", ", ".join(operations) or "none declares it; the framework raises it"),
    ]
    return page(
        problem.title,
        problem.__doc__ or "",
        f"**What to do:** {problem.remedy}",
        table(("Fact", "Value"), facts),
        "## Example" if example else "",
        json_block(example) if example else "",
    )


if __name__ == "__main__":
    json.dump(reference_pages(), sys.stdout)
