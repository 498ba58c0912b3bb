"""A small contract in a folder of its own."""

import ast
import shutil
from pathlib import Path

from spec.rules import judge
from spec.rules.levels import Levels
from spec.tools.build import Builder
from spec.tools.bundle import assemble
from spec.tools.check import check
from spec.tools.finding import Finding, RefusedError
from spec.tools.generate import generate
from spec.tools.target import Target

SAMPLE = Path(__file__).with_name("sample")
MARK = "# HERE"


class Project:
    """The sample contract, and the code that it gives, below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.contract = root / "spec" / "v1"
        if not self.contract.exists():
            shutil.copytree(SAMPLE, self.contract)
        self.target = Target(
            contract=self.contract / "openapi.yaml",
            schemas=root / "tiny" / "schemas" / "v1",
            schemas_name="tiny.schemas.v1",
            routes=root / "tiny" / "routes",
            routes_name="tiny.routes",
            services=root / "tiny" / "services",
            deps="tiny.deps",
            root=root,
        )

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the first occurrence of a text in a contract file."""
        path = self.contract / file
        text = path.read_text()
        assert old in text, f"{file} does not contain {old!r}"
        path.write_text(text.replace(old, new, 1))

    def generate(self) -> list[str]:
        return generate([self.target])

    def check(self) -> list[str]:
        return check([self.target])

    def broken(self) -> list[Finding]:
        """Return what the loader, the bundler and the rules find."""
        try:
            return judge(assemble(self.target), Levels()).errors
        except RefusedError as error:
            return list(error.findings)

    def refused(self) -> list[Finding]:
        """Return what the generator itself refuses."""
        try:
            Builder(assemble(self.target), "v1").build()
        except RefusedError as error:
            return list(error.findings)
        return []

    def marked(self) -> tuple[str, int]:
        """Return file and line of the mark in the contract."""
        for path in self.contract.iterdir():
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                if MARK in line:
                    return path.relative_to(self.root).as_posix(), number
        raise AssertionError("no contract file has the mark")

    def snapshot(self) -> dict[str, bytes]:
        """Return every generated file."""
        return snapshot(self.root)

    def read(self, file: str) -> str:
        """Return a generated file."""
        return (self.root / "tiny" / file).read_text()

    def code(self, file: str, *names: str) -> str:
        """Return a definition of a generated module: a class, a function, a method of a class."""
        text = self.read(file)
        node: ast.AST = ast.parse(text)
        for name in names:
            node = next(
                child
                for child in ast.walk(node)
                if isinstance(child, ast.ClassDef | ast.AsyncFunctionDef) and child.name == name
            )
        return ast.get_source_segment(text, node) or ""


def snapshot(root: Path) -> dict[str, bytes]:
    """Return the generated files below a folder."""
    found = (path for path in (root / "tiny").rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}
