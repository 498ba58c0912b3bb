"""Insertions into files that are there: each finds its place by what the code means."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from spec.tools.finding import Finding, RefusedError, Where


class Text:
    """The text of a file, before and after insertions.

    Args:
        path: The file.
        shown: The path as messages name it.
    """

    def __init__(self, path: Path, shown: str) -> None:
        self.shown = shown
        if not path.is_file():
            raise self.refusal("the file is not there", "restore it, or add the resource by hand")
        self.text = path.read_text(encoding="utf-8")

    def refusal(self, message: str, fix: str) -> RefusedError:
        """Return the refusal of a file in which a place is missing."""
        return RefusedError(Finding(Where(self.shown, 1), message, fix))

    def tree(self) -> Iterator[ast.AST]:
        try:
            return ast.walk(ast.parse(self.text))
        except SyntaxError as error:
            raise self.refusal(f"not Python: {error}", "correct the syntax") from None

    def add_import(self, line: str) -> None:
        """Add an import of the application; isort finds its place."""
        lines = self.text.splitlines(keepends=True)
        found = [node.lineno for node in self.tree() if isinstance(node, ast.ImportFrom)]
        if not found:
            raise self.refusal("there is no import", f"add {line}")
        lines.insert(min(found) - 1, f"{line}\n")
        self.text = "".join(lines)

    def add_to_set(self, name: str, code: str) -> None:
        """Add code to the set display in the value of a constant."""
        for node in self.tree():
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                found = [one for one in ast.walk(node.value) if isinstance(one, ast.Set)]
                if len(found) == 1:
                    self._insert_before_end(found[0], code)
                    return
        raise self.refusal(f"there is no set {name}", f"name it so, or add {code} by hand")

    def add_to_call(self, name: str, argument: str) -> None:
        """Add an argument to the only call of a function."""
        found = [
            node
            for node in self.tree()
            if isinstance(node, ast.Call) and ast.unparse(node.func) == name
        ]
        if len(found) != 1:
            raise self.refusal(f"there are {len(found)} calls of {name}", "leave one of them")
        self._insert_before_end(found[0], argument)

    def add_attribute(self, class_name: str, name: str, value: str) -> None:
        """Add an attribute to a class that has some, in alphabetical order."""
        for node in self.tree():
            if isinstance(node, ast.ClassDef) and node.name == class_name:
                known = [one for one in node.body if isinstance(one, ast.Assign)]
                if not known:
                    break
                before = [one for one in known if ast.unparse(one.targets[0]) < name]
                line = before[-1].end_lineno if before else known[0].lineno - 1
                self._insert_below(line or 0, f"    {name} = {value}\n")
                return
        fix = f"add {name} = {value} by hand"
        raise self.refusal(f"there is no class {class_name} with attributes", fix)

    def add_to_yaml(self, keys: tuple[str, ...], entry: str) -> None:
        """Add an entry, at its end, to a mapping or list that is written in lines."""
        node: yaml.Node | None = yaml.compose(self.text, Loader=yaml.SafeLoader)
        for key in keys:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            node = next((value for name, value in pairs if name.value == key), None)
        if not isinstance(node, yaml.CollectionNode) or node.flow_style:
            place = ".".join(keys)
            raise self.refusal(f"there is no {place} with an entry a line", f"write {place} so")
        lines = self.text.splitlines(keepends=True)
        end = min(node.end_mark.line, len(lines))
        while end > node.start_mark.line and not _is_content(lines, end - 1):
            end -= 1
        margin = " " * node.start_mark.column
        added = [f"{margin}{line}\n" for line in entry.splitlines()]
        self._insert_below(end, "".join(added))

    def _insert_below(self, line: int, text: str) -> None:
        """Insert lines below one, and below the end of the part of the template that it is in."""
        lines = self.text.splitlines(keepends=True)
        is_open = False
        for mark in (one.strip() for one in lines[:line]):
            is_open = (is_open or mark.startswith("# part ")) and mark != "# end part"
        if is_open:
            line += 1 + [one.strip() for one in lines[line:]].index("# end part")
        lines.insert(line, text)
        self.text = "".join(lines)

    def _insert_before_end(self, node: ast.expr, item: str) -> None:
        """Add an item before the closing bracket of an expression; black puts it in order."""
        lines = self.text.splitlines(keepends=True)
        row, column = (node.end_lineno or 1) - 1, (node.end_col_offset or 1) - 1
        line = lines[row].encode()
        head = "".join(lines[:row]) + line[:column].decode()
        tail = line[column:].decode() + "".join(lines[row + 1 :])
        comma = "" if re.search(r"[,({\[](\s|#[^\n]*\n)*$", head) else ", "
        self.text = f"{head}{comma}{item},{tail}"


def _is_content(lines: list[str], row: int) -> bool:
    stripped = lines[row].strip() if row < len(lines) else ""
    return bool(stripped) and not stripped.startswith("#")
