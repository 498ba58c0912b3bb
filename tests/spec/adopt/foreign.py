"""Small foreign contracts, and what becomes of them."""

from pathlib import Path
from textwrap import dedent

from spec.adopt.adopt import adopt
from spec.rules import judge
from spec.rules.levels import Levels
from spec.tools.bundle import assemble
from spec.tools.contract import Contract, Node
from spec.tools.finding import Finding, RefusedError
from spec.tools.target import Target

HEAD = "openapi: 3.0.3\ninfo: {title: Workshop, version: '1'}\n"


class Foreign:
    """A foreign contract in a folder of its own, and the contract that it becomes.

    Args:
        root: An empty folder.
        files: Name → text; the first is the root document.
    """

    def __init__(self, root: Path, files: dict[str, str]) -> None:
        self.source = root / "foreign"
        for name, text in files.items():
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            (self.source / name).write_text(dedent(text), encoding="utf-8")
        self.first = self.source / next(iter(files))
        self.into = root / "spec" / "v1"
        self.target = Target.for_version(root, "v1")
        self.progress: list[str] = []

    def adopt(self, source: Path | None = None, *, overwrite: bool = False) -> list[str]:
        """Adopt it; return what was written."""
        return adopt(
            source or self.first, self.into, overwrite=overwrite, progress=self.progress.append
        )

    def refused(self) -> list[Finding]:
        """Return why it is not adopted."""
        try:
            self.adopt()
        except RefusedError as error:
            return list(error.findings)
        return []

    def contract(self) -> Contract:
        """Return the adopted contract, bundled from its files."""
        self.adopt()
        return self.contract_as_adopted()

    def contract_as_adopted(self) -> Contract:
        """Return the contract from the files that are there."""
        return assemble(self.target)

    def errors(self) -> list[Finding]:
        """Return what the rules refuse of the adopted contract."""
        return judge(self.contract(), Levels.read(self.target)).errors

    @property
    def report(self) -> str:
        return (self.into / "ADOPTED.md").read_text()

    def read(self, name: str) -> str:
        return (self.into / name).read_text()


def document(root: Path, text: str, head: str = HEAD) -> Foreign:
    """Return a foreign contract of one document."""
    return Foreign(root, {"openapi.yaml": head + dedent(text)})


def schema_of(root: Path, text: str) -> Node:
    """Return what a component schema of OpenAPI 3.0 becomes."""
    lines = dedent(text).strip().replace("\n", "\n      ")
    components = (
        f"components:\n  schemas:\n    Other: {{type: object}}\n    Thing:\n      {lines}\n"
    )
    foreign = document(root, f"paths: {{}}\n{components}")
    return foreign.contract().node("components", "schemas", "Thing")
