"""What the repository has already: resources that a new one may refer to, and names in use."""

import re
from pathlib import Path
from typing import Any

import yaml

from spec.resource.edits import Text
from spec.resource.fields import Field
from spec.resource.names import Reference, Resource, refused
from spec.tools.bundle import assemble
from spec.tools.contract import Contract
from spec.tools.finding import closest
from spec.tools.target import Target

_SHARED = {
    "parameters": ("Limit", "Cursor", "CreatedAfter", "CreatedBefore", "IfMatch", "IfNoneMatch"),
    "headers": ("ETag", "Link"),
    "responses": ("NotFound", "Conflict"),
}
"""Parts of `common.yaml` that a resource uses."""


def tables(root: Path) -> set[str]:
    """Return the tables of the models."""
    models = (root / "app" / "db" / "models").glob("*.py")
    texts = [path.read_text(encoding="utf-8") for path in models]
    return {name for text in texts for name in re.findall(r'__tablename__ = "(\w+)"', text)}


def references(fields: list[Field], *, root: Path, is_owned: bool) -> dict[str, Reference]:
    """Return the resources that the fields refer to; raises RefusedError for an unknown one."""
    found = {}
    for field in fields:
        if field.kind == "ref":
            found[field.name] = _reference(field, root, is_owned=is_owned)
    return found


def _reference(field: Field, root: Path, *, is_owned: bool) -> Reference:
    where, tag = f"field {field.name}", field.target
    folder = root / "app" / "db" / "repositories"
    known = {
        path.stem: path.read_text(encoding="utf-8")
        for path in folder.glob("*.py")
        if re.search(r"def (owned_by|visible)\(", path.read_text(encoding="utf-8"))
    }
    if tag not in known:
        fix = closest(tag, known, f"refer to one of {', '.join(sorted(known))}")
        raise refused(where, f"there is no resource {tag} to refer to", fix)
    noun = re.search(r'noun: ClassVar = "([^"]+)"', known[tag])
    singular = noun[1].replace(" ", "_") if noun else tag
    belongs = "def owned_by(" in known[tag]
    if not f"_{field.name}".endswith(f"_{singular}_id"):
        fix = f"rename it to {singular}_id, or put a word in front: other_{singular}_id"
        raise refused(where, f"a field that refers to {tag} has to end with {singular}_id", fix)
    if belongs and not is_owned:
        fix = "use ownership=user, or leave the field out"
        raise refused(
            where, f"a resource without owners cannot refer to {tag}, which have owners", fix
        )
    return Reference(tag=tag, noun=singular.replace("_", " "), is_owned=belongs)


def check_free(resource: Resource, target: Target, text: str) -> None:
    """Refuse names that the contract, a table or the unit of work has already.

    Args:
        resource: What is to be added.
        target: The newest version of the contract.
        text: The contract file of the resource.

    Raises:
        RefusedError: A name is taken, or the contract lacks what a resource uses.
    """
    contract = assemble(target)
    _check_contract(contract, resource, target)
    _check_components(contract, text)
    if resource.tag in tables(target.root):
        raise refused("name", f"there is a table {resource.tag}", "use another name")
    work = Text(target.root / "app/db/unit_of_work.py", "app/db/unit_of_work.py")
    attribute = rf"def {resource.tag}\b|self\.{resource.tag}\b|^    {resource.tag} ="
    if re.search(attribute, work.text, re.MULTILINE):
        raise refused("name", f"UnitOfWork has the attribute {resource.tag}", "use another name")


def _check_contract(contract: Contract, resource: Resource, target: Target) -> None:
    endpoints = contract.endpoints()
    if resource.tag in {endpoint.tag for endpoint in endpoints}:
        raise refused("name", f"there is a tag {resource.tag}", "use another name")
    row = resource.row
    wanted = {f"{verb}{row}" for verb in ("create", "get", "update", "delete")}
    taken = {endpoint.operation_id for endpoint in endpoints}
    if found := sorted(taken & {*wanted, f"list{resource.service}"}):
        raise refused("name", f"there is an operation {found[0]}", "use another name")
    if any(path.startswith(f"{resource.path}/{{") for path, _ in _paths(contract)):
        raise refused("name", f"there is a path {resource.path}", "use another name")
    common = target.contract.with_name("common.yaml")
    shared = Text(common, target.show(common))
    for kind, names in _SHARED.items():
        for name in names:
            if not re.search(rf"^ +{name}:", shared.text, re.MULTILINE):
                fix = "copy it from the template's common.yaml, or write the resource by hand"
                raise shared.refusal(f"there is no {name} among the {kind}", fix)


def _check_components(contract: Contract, text: str) -> None:
    """Refuse a contract file whose components have a name twice, or one of another file."""
    document: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    components = next(value for key, value in document.value if key.value == "components")
    for kind, group in components.value:
        known = {name for name, _ in contract.node("components", kind.value).entries()}
        for name, _ in group.value:
            if name.value in known:
                message = f"the contract has a component {kind.value}/{name.value}"
                raise refused("name", message, "use another name for the resource or the field")
            known.add(name.value)


def _paths(contract: Contract) -> list[tuple[str, object]]:
    return list(contract.node("paths").entries())
