"""Verb `generate`: write the code that the contract gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spec.tools.bundle import assemble, dump
from spec.tools.lint import checked
from spec.tools.registry import registry
from spec.tools.render import Renderer
from spec.tools.target import Target


@dataclass(frozen=True)
class Output:
    """Everything that the contract gives, before anything is written.

    Attributes:
        owned: Every file that the generator owns.
        services: The first text of every service that does not exist yet.
        notes: What had to be derived, a line for each.
        warnings: How often the contract breaks rules that only warn.
    """

    owned: Mapping[Path, str]
    services: Mapping[Path, str]
    notes: Sequence[str]
    warnings: int


def compute(targets: Sequence[Target]) -> Output:
    """Return the files of all versions in memory; raises RefusedError with every finding."""
    owned, services = dict[Path, str](), dict[Path, str]()
    notes: list[str] = []
    count = 0
    for target in targets:
        contract = assemble(target)
        api, warnings = checked(contract, target)
        renderer = Renderer(target)
        owned |= renderer.owned(api, dump(contract.document))
        services |= {path: text for path, text in renderer.services(api) if not path.exists()}
        notes += api.notes
        count += len(warnings)
    return Output(owned | dict(registry(targets)), services, notes, count)


def stale(targets: Sequence[Target], output: Output) -> list[Path]:
    """Return files in the owned folders that the contract does not give."""
    folders = (folder for target in targets for folder in (target.schemas, target.routes))
    found = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if path not in output.owned and "__pycache__" not in path.parts]


def generate(targets: Sequence[Target]) -> list[str]:
    """Write what changed and remove what vanished; return a line for each; raises RefusedError."""
    output = compute(targets)
    show = targets[0].show
    lines = [*output.notes]
    for path in stale(targets, output):
        path.unlink()
        lines.append(f"removed {show(path)}")
    for path, text in (*output.owned.items(), *output.services.items()):
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            lines.append(f"wrote {show(path)}")
    if output.warnings:
        lines.append(f"{output.warnings} warnings; `python -m spec lint` lists them")
    return lines
