"""Verb `generate`: write the code that the contract gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spec.tools.bundle import assemble, dump
from spec.tools.ir import Api
from spec.tools.lint import checked
from spec.tools.registry import registry
from spec.tools.render import Renderer
from spec.tools.sharing import share
from spec.tools.target import Target


@dataclass(frozen=True)
class Output:
    """Everything that the contract gives, before anything is written.

    Attributes:
        owned: Every file that the generator owns.
        once: The first text of every service and adapter that does not exist yet.
        notes: What had to be derived, a line for each.
        warnings: How often the contract breaks rules that only warn.
    """

    owned: Mapping[Path, str]
    once: Mapping[Path, str]
    notes: Sequence[str]
    warnings: int


def compute(targets: Sequence[Target]) -> Output:
    """Return the files of all versions in memory; raises RefusedError with every finding."""
    owned, once = dict[Path, str](), dict[Path, str]()
    apis: list[Api] = []
    documents: list[str] = []
    count = 0
    for target in targets:
        contract = assemble(target)
        api, warnings = checked(contract, target)
        apis.append(share(api, apis[-1] if apis else None))
        documents.append(dump(contract.document))
        count += len(warnings)
    for index, (target, api) in enumerate(zip(targets, apis, strict=True)):
        older, newer = (
            targets[at] if 0 <= at < len(targets) else None for at in (index - 1, index + 1)
        )
        next_api = apis[index + 1] if newer else None
        renderer = Renderer(target, older=older, newer=newer)
        owned |= renderer.owned(api, documents[index])
        if next_api:
            owned |= renderer.adapters(api, next_api)
        once |= renderer.written_once(api, next_api)
    return Output(
        owned=owned | dict(registry(targets)),
        once=once,
        notes=list(dict.fromkeys(note for api in apis for note in api.notes)),
        warnings=count,
    )


def stale(targets: Sequence[Target], output: Output) -> list[Path]:
    """Return files in the owned folders that the contract does not give."""
    folders = [folder for target in targets for folder in (target.schemas, target.routes)]
    folders += [one.adapters / "generated" for one in targets if one.adapters]
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
    for path, text in (*output.owned.items(), *output.once.items()):
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            lines.append(f"wrote {show(path)}")
    if output.warnings:
        lines.append(f"{output.warnings} warnings; `python -m spec lint` lists them")
    return lines
