"""Component schemas → Pydantic models, by datamodel-code-generator."""

import ast
import re
import subprocess
import sys
import tempfile
from pathlib import Path

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
        command = [sys.executable, "-m", "datamodel_code_generator"]
        command += ["--input", str(source), "--output", str(self.output)]
        self.log = source.with_name("log.txt")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=REPOSITORY, stderr=log)

    def __enter__(self) -> "ModelsRun":
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


def names_in(code: str) -> list[str]:
    """Return the classes and type aliases of a module, in its order."""
    names = []
    for node in ast.parse(code).body:
        if isinstance(node, ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            written = node.targets[0] if isinstance(node, ast.Assign) else node.target
            names.append(ast.unparse(written))
    return names


def members_in(code: str) -> dict[str, dict[object, str]]:
    """Return the members of each enum by value, to write defaults with."""
    return {
        node.name: {
            ast.literal_eval(line.value): ast.unparse(line.targets[0])
            for line in node.body
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)
        }
        for node in ast.parse(code).body
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith("Enum") for base in node.bases)
    }
