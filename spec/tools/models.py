"""Component schemas → Pydantic models, by datamodel-code-generator."""

import ast
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from spec.tools.contract import Contract
from spec.tools.names import docstring, sentence
from spec.tools.target import REPOSITORY

_DOCSTRING = re.compile(r'^( +)"""\n?\s*(.+?)\s*"""$', re.DOTALL | re.MULTILINE)


class ModelsRun:
    """The library in a process of its own, so that the contract is checked meanwhile.

    Its settings are in pyproject.toml under `tool.datamodel-codegen`.
    """

    def __init__(self, contract: Contract, document: str) -> None:
        """Start the run; leave the `with` block to end it and remove its files."""
        self.contract = contract
        self.folder = tempfile.TemporaryDirectory()
        source, self.output = Path(self.folder.name, "openapi.json"), Path(
            self.folder.name, "models.py"
        )
        source.write_text(document, encoding="utf-8")
        # Every component keeps its name in code; the preset would dissolve unions.
        command = [sys.executable, "-m", "datamodel_code_generator", "--no-collapse-root-models"]
        command += ["--input", str(source), "--output", str(self.output)]
        self.log = source.with_name("log.txt")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=REPOSITORY, stderr=log)

    def __enter__(self) -> Self:
        """Return the run."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process and remove its files."""
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def code(self) -> str:
        """Wait for the models; raises RefusedError with the library's own words."""
        if self.process.wait() or not self.output.is_file():
            node = self.contract.node("components", "schemas")
            reason = " ".join(self.log.read_text().split())[-500:]
            raise node.refusal(
                f"datamodel-code-generator: {reason}", "correct the schema that it names"
            )
        _, start, code = self.output.read_text(encoding="utf-8").partition("from __future__")
        return '"""The schemas of the contract."""\n\n' + _DOCSTRING.sub(_reflow, start + code)


def _reflow(match: re.Match[str]) -> str:
    """Return a docstring as the project writes them: one line if it fits, wrapped if not."""
    margin, text = match.groups()
    paragraphs = [sentence(block) for block in text.replace("\\\\", "\\").split("\n\n")]
    return margin + docstring(*paragraphs, indent=len(margin))


@dataclass(frozen=True)
class Models:
    """What the rest of the generator needs to know of the models.

    Attributes:
        names: Classes and type aliases, in the module's order.
        members: Enum → value → member, to write defaults with.
    """

    names: tuple[str, ...]
    members: Mapping[str, Mapping[object, str]]

    @classmethod
    def read(cls, code: str) -> "Models":
        """Return what a module of models defines."""
        body = ast.parse(code).body
        classes = [node for node in body if isinstance(node, ast.ClassDef)]
        enums = [node for node in classes if ast.unparse(node.bases[0]).endswith("Enum")]
        return cls(
            tuple(name for node in body if (name := _defined(node))),
            {node.name: dict(_members(node)) for node in enums},
        )


def _defined(node: ast.stmt) -> str:
    if isinstance(node, ast.ClassDef):
        return node.name
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.target)
    return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""


def _members(enum: ast.ClassDef) -> Iterator[tuple[object, str]]:
    for line in enum.body:
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
            yield line.value.value, ast.unparse(line.targets[0])
