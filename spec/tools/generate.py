"""Verb `generate`: write the code that the contract gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spec.tools.bundle import assemble, dump
from spec.tools.lint import checked
from spec.tools.render import Renderer
from spec.tools.target import Target


@dataclass(frozen=True)
class Output:
    """Everything that a version's contract gives, before anything is written.

    Attributes:
        owned: Every file of the owned folders.
        services: The first text of every service that does not exist yet.
        notes: What had to be derived, a line for each.
        warnings: How often the contract breaks rules that only warn.
    """

    owned: Mapping[Path, str]
    services: Mapping[Path, str]
    notes: Sequence[str]
    warnings: int


def compute(target: Target) -> Output:
    """Return the files in memory; raises RefusedError with every finding."""
    contract = assemble(target)
    api, warnings = checked(contract, target)
    renderer = Renderer(target)
    return Output(
        owned=dict(renderer.owned(api, dump(contract.document))),
        services={path: text for path, text in renderer.services(api) if not path.exists()},
        notes=api.notes,
        warnings=len(warnings),
    )


def stale(target: Target, output: Output) -> list[Path]:
    """Return files in the owned folders that the contract does not give."""
    folders = (target.schemas, target.routes)
    found = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if path not in output.owned and "__pycache__" not in path.parts]


def generate(target: Target) -> list[str]:
    """Write what changed and remove what vanished; return a line for each; raises RefusedError."""
    output = compute(target)
    lines = [*output.notes]
    for path in stale(target, output):
        path.unlink()
        lines.append(f"removed {target.show(path)}")
    for path, text in (*output.owned.items(), *output.services.items()):
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            lines.append(f"wrote {target.show(path)}")
    if output.warnings:
        lines.append(f"{output.warnings} warnings; `python -m spec lint` lists them")
    return lines
