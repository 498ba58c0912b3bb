"""The Markdown pages of the project, read as tests need them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path

from spec.adopt.report import NAME as REPORT

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_RESOURCE = (
    *("spec/v1/{}.yaml", "app/services/{}.py", "tests/api/test_{}.py"),
    *("app/db/models/{}.py", "app/db/repositories/{}.py"),
)
"""Files of a resource."""
_CODE = re.compile(r"`([^`\n]+)`")
# The line before a block that is a file, or a part of one, and not an example.
_EDIT = re.compile(r"^(?:Create|In) `([^`]+)`.*:\n\n\Z", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block; `expected` is the block of text right below it, its output.

    An edit is the content of a file, or a part of one, and no example.
    """

    language: str
    content: str
    section: str
    expected: str | None
    line: int
    is_edit: bool


@dataclass(frozen=True)
class Page:
    """A Markdown file, by its path in the repository; tests may say what is written there."""

    path: str
    written: str | None = None

    def __str__(self) -> str:
        return self.path

    @cached_property
    def text(self) -> str:
        """The file's content."""
        if self.written is not None:
            return self.written
        return (ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """The content with empty lines in place of fenced blocks."""
        return _FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), self.text)

    @cached_property
    def blocks(self) -> list[Block]:
        """The fenced blocks, in order."""
        return list(self._blocks())

    def at(self, text: str) -> str:
        """Say where a text is, for the message of a failed test."""
        lines = self.text.splitlines()
        found = (number for number, line in enumerate(lines, 1) if text in line)
        return f"{self.path}:{next(found, 1)}: {text}"

    def headings(self, level: int) -> list[str]:
        """Return the headings of one level, in order."""
        return [title for marks, title in _HEADING.findall(self.prose) if len(marks) == level]

    @cached_property
    def anchors(self) -> set[str]:
        """What a link to a part of this page may name, as the Git host makes it."""
        titles = (title.lower() for _, title in _HEADING.findall(self.prose))
        return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}

    @property
    def names(self) -> list[str]:
        """What the prose has in backticks."""
        return [name for _, name in self.code_spans]

    @cached_property
    def code_spans(self) -> list[tuple[int, str]]:
        """What the prose has in backticks, each with its line."""
        lines = enumerate(self.prose.splitlines(), 1)
        return [(number, name) for number, line in lines for name in _CODE.findall(line)]

    @cached_property
    def shell_lines(self) -> list[tuple[int, str]]:
        """The commands that shell blocks show, each with its line."""
        return [
            (block.line + offset, line.removeprefix("$ "))
            for block in self.blocks
            if block.language in {"sh", "console"}
            for offset, line in enumerate(block.content.splitlines())
        ]

    @cached_property
    def introduces(self) -> set[str]:
        """The words of the files that a guide lets its reader write."""
        edits = (block.content for block in self.blocks if block.is_edit)
        written = {word for content in edits for word in re.findall(r"\w+", content)}
        return written | set(self._resources)

    @cached_property
    def links(self) -> list[str]:
        """Targets of the links to other files and other parts of this page."""
        targets = _LINK.findall(_CODE.sub("", self.prose))
        return [target for target in targets if "://" not in target]

    @cached_property
    def creates(self) -> set[str]:
        """Files that need not exist: a guide lets its reader write them, or the build does."""
        built = {
            f"{folder}{name}.txt" for folder in ("", "site/") for name in ("llms", "llms-full")
        }
        written = {place.format(tag) for tag in self._resources for place in _RESOURCE}
        return built | written | set(re.findall(r"^Create `([^`]+)`", self.text, re.MULTILINE))

    @cached_property
    def _resources(self) -> list[str]:
        """The resources that a guide lets `make resource` write."""
        return re.findall(r"^make resource name=(\w+)", self.text, re.MULTILINE)

    def _blocks(self) -> Iterator[Block]:
        found = list(_FENCE.finditer(self.text))
        for match, after in zip_longest(found, found[1:]):
            below = after if after and after[2] == "text" else None
            if below and self.text[match.end() : below.start()].strip():
                below = None
            edit = _EDIT.search(self.text[: match.start()])
            sections = re.findall(r"^## (.+)$", self.text[: match.start()], re.MULTILINE)
            yield Block(
                "" if edit else match[2],
                match[3],
                sections[-1] if sections else "",
                below and below[3],
                self.text.count("\n", 0, match.start(3)) + 1,
                bool(edit),
            )


def package_readmes() -> list[str]:
    """Return the README.md that each package has to have."""
    folders = [
        *(
            ROOT / name
            for name in ("app", "docs/tools", "spec", "spec/clients", "spec/diff", "tests")
        ),
        *(ROOT / "app").glob("*/"),
    ]
    folders += (ROOT / "app" / "api").glob("v*/")
    packages = [folder for folder in folders if (folder / "__init__.py").is_file()]
    packages.append(ROOT / "deploy")
    return sorted((package / "README.md").relative_to(ROOT).as_posix() for package in packages)


def _find() -> list[Page]:
    found = list(ROOT.glob("*.md"))
    for folder in ("app", "deploy", "docs", "spec", "tests"):
        found += (ROOT / folder).rglob("*.md")
    found = [path for path in found if path.name != REPORT]
    return [Page(path) for path in sorted(path.relative_to(ROOT).as_posix() for path in found)]


PAGES = _find()
