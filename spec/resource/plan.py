"""Every file of a new resource: what is created, and what is changed."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import black
import isort
from alembic.script import ScriptDirectory
from black.mode import TargetVersion
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from spec.resource.edits import Text
from spec.resource.kinds import scalar
from spec.resource.names import Reference, Resource, refused
from spec.tools.names import LINE_LENGTH, pascal
from spec.tools.target import Target, targets

Files = Mapping[str, str]
_TEMPLATES = Path(__file__).with_name("templates")
_MODE = black.Mode(line_length=LINE_LENGTH, target_versions={TargetVersion.PY311})
_CONTRACT = ("collection", "create", "read", "change", "parameters", "examples", "schemas")
_MIGRATIONS = "app/db/migrations"


def created(resource: Resource, target: Target) -> Files:
    """Return the files that are new: path → text."""
    printer = _Printer(resource, target)
    tag = resource.tag
    names = [f"contract_{name}.yaml" for name in (*_CONTRACT, "requests")]
    now = datetime.now(UTC).strftime("%Y%m%d_%H%M")
    return {
        f"spec/{target.version}/{tag}.yaml": "".join(map(printer.text, names)),
        f"app/db/models/{tag}.py": printer.python("model.py"),
        f"app/db/repositories/{tag}.py": printer.python("repository.py"),
        f"{_MIGRATIONS}/versions/{now}_add_{tag}.py": printer.python("migration.py"),
        f"app/services/{tag}.py": printer.python("service.py"),
        f"tests/api/test_{tag}.py": printer.python("tests.py"),
    }


def changed(resource: Resource, target: Target) -> Files:
    """Return the files that get the resource's names: path → new text."""
    tag, row, root = resource.tag, resource.row, target.root

    def text(path: str) -> Text:
        return Text(root / path, path)

    work = text("app/db/unit_of_work.py")
    work.add_import(f"from app.db.repositories.{tag} import {row}Repository")
    work.add_attribute("UnitOfWork", tag, f"repository({row}Repository)")
    wiring = text("app/core/dependencies.py")
    wiring.add_import(f"from app.services.{tag} import {resource.service}")
    database = "database" if "database, " in wiring.text else "resources.database"
    needs = f"{database}, resources.cursors, resources.idempotency"
    wiring.add_to_call("schemas.Services", f"{tag}={resource.service}({needs})")
    roles = text("app/core/security.py")
    if resource.is_owned:
        roles.add_to_set("_USER_SCOPES", f'*("{tag}:read", "{tag}:write")')
    else:
        roles.add_to_set("_USER_SCOPES", f'"{tag}:read"')
        roles.add_to_set("_ADMIN_SCOPES", f'"{tag}:write"')
    python = (work, wiring, roles)
    return {
        **{file.shown: _formatted(file.text) for file in python},
        target.show(target.contract): _contract(resource, target),
    }


def _contract(resource: Resource, target: Target) -> str:
    """Return the root of the contract with the tag, the paths and the scopes."""
    root = Text(target.contract, target.show(target.contract))
    tag, nouns = resource.tag, resource.nouns
    about = f"{nouns.capitalize()}{' of users' if resource.is_owned else ''}."
    root.add_to_yaml(("tags",), f"- name: {tag}\n  description: {about}")
    path, parameter = resource.path, resource.parameter
    root.add_to_yaml(
        ("paths",),
        f"{path}:\n  $ref: {tag}.yaml#/paths/collection\n"
        f"{path}/{{{parameter}}}:\n  $ref: {tag}.yaml#/paths/{resource.singular}",
    )
    whose = "your own" if resource.is_owned else "all"
    ending = "" if resource.is_owned else "; for administrators"
    root.add_to_yaml(
        ("components", "securitySchemes", "oauth2", "flows", "password", "scopes"),
        f"{tag}:read: Read {whose} {nouns}.\n"
        f"{tag}:write: Create, change and delete {whose} {nouns}{ending}.",
    )
    return root.text


def head_of(root: Path) -> str | None:
    """Return the newest migration; raises RefusedError where there are several."""
    heads = ScriptDirectory(str(root / _MIGRATIONS)).get_heads()
    if len(heads) > 1:
        fix = f'write down_revision: str | None = "{heads[0]}" in the migration {heads[1]}'
        raise refused(_MIGRATIONS, f"there are {len(heads)} newest migrations", fix)
    return heads[0] if heads else None


class _Printer:
    """Prints the templates for one resource."""

    def __init__(self, resource: Resource, target: Target) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # noqa: S701 - the output is Python and YAML
        )
        self.environment.filters.update(pascal=pascal, scalar=scalar, python=repr)
        self.values = {
            **_values(resource),
            "url": _url(resource, target),
            "head": head_of(target.root),
        }

    def text(self, template: str) -> str:
        return self.environment.get_template(f"{template}.j2").render(self.values)

    def python(self, template: str) -> str:
        return _formatted(self.text(template))


def _values(resource: Resource) -> dict[str, object]:
    """Return what the templates print."""
    parts = resource.parts
    plain = [part for part in parts if part.field.kind != "ref"]
    required = [part for part in parts if part.field.is_required]
    sent = required if set(required) & set(plain) else [*required, plain[0]]
    shown = {part.name: part.field.default for part in parts}
    return {
        "r": resource,
        "camel": resource.row[:1].lower() + resource.row[1:],
        "your": "your " if resource.is_owned else "",
        "filters": resource.filters,
        "narrowed": [
            part for part in resource.filters if part in plain and part.value(0) != part.value(1)
        ],
        "kinds": {part.field.kind for part in parts},
        "plain": plain,
        "sent": sent,
        "changed": plain[0],
        "required": required,
        "shown": shown | {part.name: part.value(0) for part in sent},
        "columns": "\n".join(part.mapped for part in parts),
        "alchemy": _alchemy(resource),
        "migrated": _migrated(resource),
        "revision": secrets.token_hex(6),
        "see": _see,
        "by": "ada" if resource.is_owned else "admin",
    }


def _url(resource: Resource, target: Target) -> str:
    """Return the address of the collection in tests, which call the oldest version by default."""
    if len(targets(target.root)) == 1:
        return f'"{resource.path}"'
    return f'f"http://test{{NEWEST.prefix}}{resource.path}"'


def _see(one: Resource | Reference) -> str:
    """Return the query of those that a caller may see."""
    return f"work.{one.tag}." + ("owned_by(principal.user_id)" if one.is_owned else "visible()")


def _alchemy(resource: Resource) -> list[str]:
    """Return what the model imports from SQLAlchemy."""
    columns = " ".join(part.mapped for part in resource.parts)
    known = [name for name in ("BigInteger", "String", "ForeignKey") if f"{name}(" in columns]
    known += ["BigInteger"] if "(BigInteger)" in columns else []
    known += ["ForeignKey"] if resource.is_owned else []
    known += ["CheckConstraint"] if any(part.check for part in resource.parts) else []
    return sorted({*known, "Index"})


def _migrated(resource: Resource) -> list[str]:
    """Return the columns and constraints of the table in the migration."""
    tag = resource.tag
    foreign = {name: one.tag for name, one in resource.references.items()}
    foreign |= {"owner_id": "users"} if resource.is_owned else {}
    return [
        'sa.Column("id", sa.Uuid(), nullable=False)',
        *(['sa.Column("owner_id", sa.Uuid(), nullable=False)'] if resource.is_owned else []),
        *(part.migrated for part in resource.parts),
        'sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)',
        'sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False)',
        'sa.Column("version", sa.Integer(), nullable=False)',
        *(
            f'sa.CheckConstraint({part.check}, name=op.f("ck_{tag}_{part.name}"))'
            for part in resource.parts
            if part.check
        ),
        *(
            f'sa.ForeignKeyConstraint(["{name}"], ["{other}.id"], '
            f'name=op.f("fk_{tag}_{name}_{other}"), ondelete="CASCADE")'
            for name, other in foreign.items()
        ),
        f'sa.PrimaryKeyConstraint("id", name=op.f("pk_{tag}"))',
    ]


def _formatted(code: str) -> str:
    """Format as `make format` does."""
    ordered = isort.code(
        code, profile="black", line_length=LINE_LENGTH, known_first_party=["app", "spec", "tests"]
    )
    return black.format_str(ordered, mode=_MODE)
