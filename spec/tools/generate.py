"""Verb `generate`: write the code that the contract gives."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spec.rules import broken
from spec.tools.build import Builder
from spec.tools.bundle import assemble, dump
from spec.tools.finding import RefusedError
from spec.tools.models import ModelsRun, members_in
from spec.tools.render import Renderer
from spec.tools.target import Target


@dataclass(frozen=True)
class Output:
    """Everything that a version's contract gives, before anything is written.

    Attributes:
        owned: Every file of the owned folders.
        services: Tag → path and text of a service, for those that have none yet.
        tags: Every tag with operations and the name of its service class.
    """

    owned: Mapping[Path, str]
    services: Mapping[str, tuple[Path, str]]
    tags: Mapping[str, str]


def compute(target: Target) -> Output:
    """Return the files in memory; raises RefusedError with every finding."""
    contract = assemble(target)
    document = dump(contract.document)
    with ModelsRun(contract, document) as run:
        if findings := broken(contract):
            raise RefusedError(*findings)
        models = run.code()
    api = Builder(contract, target.version, members_in(models)).build()
    renderer = Renderer(target)
    return Output(
        owned=dict(renderer.owned(api, models, document)),
        services={
            tag: (path, text) for tag, path, text in renderer.services(api) if not path.exists()
        },
        tags={tag.name: tag.service for tag in api.tags},
    )


def stale(target: Target, output: Output) -> list[Path]:
    """Return files in the owned folders that the contract does not give."""
    folders = (target.schemas, target.routes)
    found = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if path not in output.owned and "__pycache__" not in path.parts]


def generate(target: Target) -> list[str]:
    """Write what changed and remove what vanished; return a line for each; raises RefusedError."""
    output = compute(target)
    lines = []
    for path in stale(target, output):
        path.unlink()
        lines.append(f"removed {target.show(path)}")
    for path, text in (*output.owned.items(), *output.services.values()):
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            lines.append(f"wrote {target.show(path)}")
    return [*lines, *hints(target, output)]


def hints(target: Target, output: Output) -> list[str]:
    """Return the lines that wire services which no provider offers yet."""
    path = target.root.joinpath(*target.deps.split(".")).with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8") if path.is_file() else "")
    known = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    lines = []
    for tag, service in output.tags.items():
        if tag not in known and target.services:
            lines += [
                f"{tag} has no provider yet. Add to app/core/dependencies.py:",
                f"    def make_{tag}(resources: Resources) -> {service}:",
                f"        return {service}()",
                f"and to {target.show(path)}:",
                f"    async def {tag}(request: Request) -> {service}:",
                f"        return make_{tag}(request.app.state.resources)",
            ]
    return lines
