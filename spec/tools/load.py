"""YAML 1.2 files as JSON values, with the line of every value."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from spec.tools.finding import Finding, Where

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Pointer: TypeAlias = tuple[str, ...]

# The core schema of YAML 1.2: `on`, `yes` and dates stay strings, as JSON has none of them.
_CONSTANTS: dict[str, Json] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq")}


@dataclass(frozen=True)
class Source:
    """One contract file; `lines` maps each pointer in `data` to its line."""

    path: Path
    shown: str
    data: Json
    lines: dict[Pointer, int]


@dataclass
class _Reader:
    shown: str
    findings: list[Finding]
    lines: dict[Pointer, int] = field(default_factory=dict[Pointer, int])
    open_nodes: set[int] = field(default_factory=set[int])

    def refuse(self, node: yaml.Node, message: str, fix: str) -> None:
        self.findings.append(Finding(Where(self.shown, node.start_mark.line + 1), message, fix))

    def value(self, node: yaml.Node, pointer: Pointer, line: int) -> Json:
        """Return the node as a JSON value and note its line."""
        self.lines[pointer] = line
        if node.tag not in _PLAIN_TAGS:
            self.refuse(node, f"the tag {node.tag} has no JSON form", "remove the tag")
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style else _plain(node.value)
        if id(node) in self.open_nodes:
            self.refuse(node, "an alias points into itself", "write the value out")
            return None
        self.open_nodes.add(id(node))
        read = self.mapping if isinstance(node, yaml.MappingNode) else self.sequence
        result = read(node, pointer)
        self.open_nodes.discard(id(node))
        return result

    def mapping(self, node: yaml.Node, pointer: Pointer) -> Json:
        result: dict[str, Json] = {}
        for key, value in node.value:
            name = key.value
            if not isinstance(key, yaml.ScalarNode) or name == "<<":
                self.refuse(key, "a key has to be a plain string", "write the members out")
            elif name in result:
                self.refuse(key, f"the key {name!r} occurs twice", "remove one of the two")
            else:
                result[name] = self.value(value, (*pointer, name), key.start_mark.line + 1)
        return result

    def sequence(self, node: yaml.Node, pointer: Pointer) -> Json:
        return [
            self.value(item, (*pointer, str(index)), item.start_mark.line + 1)
            for index, item in enumerate(node.value)
        ]


def _plain(text: str) -> Json:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def load(path: Path, shown: str, findings: list[Finding]) -> Source:
    """Read one file; what is wrong with it is appended to `findings`."""
    reader = _Reader(shown, findings)
    data: Json = None
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
        if isinstance(node, yaml.MappingNode):
            data = reader.value(node, (), 1)
        else:
            what = "is not a mapping" if node else "is empty"
            fix = "write `paths:` and `components:` in it"
            findings.append(Finding(Where(shown, 1), f"the file {what}", fix))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        has_tab = "\t" in "".join(text.splitlines()[line : line + 1])
        fix = "indent with spaces, not tabs" if has_tab else "correct the YAML syntax"
        findings.append(Finding(Where(shown, line + 1), f"not YAML: {error.problem}", fix))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        fix = "correct the file or the reference"
        findings.append(Finding(Where(shown, 1), f"cannot be read: {error}", fix))
    return Source(path, shown, data, reader.lines)
