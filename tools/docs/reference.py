"""Pages from the code: problems, tables, commands."""

import inspect
import re
from pathlib import Path

from sqlalchemy import CheckConstraint, Column, Table, UniqueConstraint

from app.core.exceptions import CATALOGUE, ProblemError
from app.db import models
from spec.tools.load import Json
from tools.docs.contract import address, contracts
from tools.docs.markdown import codes, fence, json_block, page, table
from tools.docs.pages import GENERATED

_UP = "../" * 3  # from a problem's page to the root


def problem_pages(root: Path) -> dict[str, str]:
    """Return one page per kind of problem, and their overview."""
    places: dict[str, dict[str, str]] = {slug: {} for slug in CATALOGUE}
    examples: dict[str, Json] = {}
    for target, contract in contracts(root):
        for endpoint in contract.endpoints():
            for _, response in endpoint.responses():
                for _, content in response.get("content").entries():
                    for slug, example in content.get("examples").entries():
                        if slug in places:
                            link = address(target, endpoint).removeprefix(f"{GENERATED}/")
                            places[slug][f"[{endpoint.operation_id}](../{link})"] = ""
                            examples.setdefault(slug, example.follow().child("value").value)
    pages = {
        f"{GENERATED}/problems/{slug}.md": _problem(
            root, problem, list(places[slug]), examples.get(slug)
        )
        for slug, problem in CATALOGUE.items()
    }
    rows = [
        (f"[{slug}]({slug}.md)", str(p.status), p.title, p.remedy) for slug, p in CATALOGUE.items()
    ]
    overview = page(
        "Problems",
        "Every kind of error that the API answers with; `type` of an error leads to its page.",
        table(("Code", "Status", "Title", "What to do"), rows),
        "How errors are made: [docs/ERROR_MODEL.md](../../ERROR_MODEL.md).",
    )
    return {f"{GENERATED}/problems/README.md": overview, **pages}


def _problem(root: Path, problem: type[ProblemError], operations: list[str], example: Json) -> str:
    names = "|".join(kind.__name__ for kind in (problem, *problem.__subclasses__()))
    raised = [
        path.relative_to(root).as_posix()
        for path in sorted((root / "app").rglob("*.py"))
        if re.search(rf"\b({names})\b[(]|raise ({names})\b", path.read_text(encoding="utf-8"))
        and "exceptions" not in path.relative_to(root).as_posix()
    ]
    home = Path(inspect.getfile(problem)).resolve().relative_to(root).as_posix()
    facts = [
        ("Code", f"`{problem.slug}`"),
        ("Status", str(problem.status)),
        ("Class", f"`{problem.__name__}` in [{home}]({_UP}{home})"),
        ("Raised in", ", ".join(f"[{path}]({_UP}{path})" for path in raised) or "nothing yet"),
        ("Operations", ", ".join(operations) or "none declares it; the framework answers with it"),
    ]
    return page(
        problem.title,
        problem.__doc__ or "",
        f"**What to do:** {problem.remedy}",
        table(("Fact", "Value"), facts),
        "## Example" if example else "",
        json_block(example) if example else "",
    )


def database_page() -> str:
    """Return the tables as a diagram, and each with its columns, constraints and indexes."""
    tables = models.Item.metadata.sorted_tables
    parts = [f"## {one.name}\n\n{_columns(one)}\n\n{_rules(one)}".rstrip() for one in tables]
    return page(
        "Database",
        "Every table, read from the models in [app/db/models/](../../app/db/README.md).",
        fence("mermaid", _diagram(tables)),
        *parts,
    )


def _diagram(tables: list[Table]) -> str:
    lines = ["erDiagram"]
    for one in tables:
        lines.append(f"    {one.name} {{")
        for column in one.columns:
            marks = ["PK"] * column.primary_key + ["FK"] * bool(column.foreign_keys)
            lines.append(f"        {_kind(column)} {column.name} {', '.join(marks)}".rstrip())
        lines.append("    }")
    for one in tables:
        for key in one.foreign_key_constraints:
            name = ", ".join(column.name for column in key.columns)
            lines.append(f"    {key.referred_table.name} ||--o{{ {one.name} : {name}")
    return "\n".join(lines)


def _kind(column: "Column[object]") -> str:
    return column.type.python_type.__name__


def _columns(one: Table) -> str:
    rows = []
    for column in one.columns:
        length = getattr(column.type, "length", None)
        keys = [f"`{key.target_fullname}`" for key in column.foreign_keys]
        rows.append(
            (
                f"`{column.name}`",
                _kind(column) + (f", at most {length} characters" if length else ""),
                "yes" if column.nullable else "",
                "primary key" if column.primary_key else ", ".join(keys),
            )
        )
    return table(("Column", "Type", "Null", "Key"), rows)


def _rules(one: Table) -> str:
    rows = [
        (f"`{rule.name}`", f"`{rule.sqltext}`")
        for rule in one.constraints
        if isinstance(rule, CheckConstraint)
    ]
    rows += [
        (f"`{rule.name}`", f"unique: {codes(column.name for column in rule.columns)}")
        for rule in one.constraints
        if isinstance(rule, UniqueConstraint)
    ]
    rows += [
        (f"`{index.name}`", f"index: {codes(column.name for column in index.columns)}")
        for index in one.indexes
    ]
    return table(("Name", "Rule"), sorted(rows))


def commands_page(root: Path) -> str:
    """Return every make target with its text, in the sections of the Makefile."""
    parts: list[str] = []
    rows: list[tuple[str, str]] = []
    for line in (root / "Makefile").read_text(encoding="utf-8").splitlines():
        if section := re.match(r"##@ (.+)", line):
            parts += [table(("Command", "Use"), rows), f"## {section[1]}"]
            rows = []
        elif target := re.match(r"([a-z-]+):.*?## (.+)", line):
            rows.append((f"`make {target[1]}`", target[2]))
    return page(
        "Commands", "Every target of the `Makefile`.", *parts, table(("Command", "Use"), rows)
    )
