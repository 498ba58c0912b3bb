"""YAML 1.2 files as JSON values, with the line of every value."""

import json
import re
from collections.abc import Mapping
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
# What JSON writes and a reader of YAML refuses: a pair of escapes for one character, `\\/`.
_JSON_ESCAPE = re.compile(
    r"\\(?:(u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w)|(/)|(u[dD][89a-fA-F]\w\w)|.)"
)


@dataclass(frozen=True)
class Source:
    """One contract file; `lines` maps each pointer in `data` to its line.

    `older` is where the values are that come from the file of an older version.
    """

    path: Path
    shown: str
    data: Json
    lines: dict[Pointer, int]
    older: Mapping[Pointer, Where] = field(default_factory=dict[Pointer, Where])

    def where(self, at: Pointer) -> Where:
        """Return the line of a value; one without a line of its own is on the first."""
        if at not in self.lines and at in self.older:
            return self.older[at]
        return Where(self.shown, self.lines.get(at, 1))


@dataclass
class _Reader:
    shown: str
    findings: list[Finding]
    doubts: list[Finding] | None
    lines: dict[Pointer, int] = field(default_factory=dict[Pointer, int])
    open_nodes: set[int] = field(default_factory=set[int])

    def refuse(self, node: yaml.Node, message: str, fix: str) -> None:
        self.findings.append(Finding(Where(self.shown, node.start_mark.line + 1), message, fix))

    def doubt(self, node: yaml.Node, message: str, fix: str) -> None:
        """Refuse what other readers accept, unless the caller accepts it, too."""
        known = self.findings if self.doubts is None else self.doubts
        known.append(Finding(Where(self.shown, node.start_mark.line + 1), message, fix))

    def value(self, node: yaml.Node, pointer: Pointer, line: int) -> Json:
        """Return the node as a JSON value and note its line."""
        self.lines[pointer] = line
        if node.tag not in _PLAIN_TAGS:
            self.doubt(node, f"the tag {node.tag} has no JSON form", "remove the tag")
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style else plain(node.value)
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
        written: set[str] = set()
        for key, value in node.value:
            name, line = key.value, key.start_mark.line + 1
            if name == "<<" and self.doubts is not None:
                for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    members = self.value(merged, pointer, line)
                    result = {**(members if isinstance(members, dict) else {}), **result}
                continue
            if not isinstance(key, yaml.ScalarNode) or name == "<<":
                self.refuse(key, "a key has to be a plain string", "write the members out")
                continue
            if name in written:
                self.doubt(key, f"the key {name!r} occurs twice", "remove one of the two")
            written.add(name)
            result[name] = self.value(value, (*pointer, name), line)
        return result

    def sequence(self, node: yaml.Node, pointer: Pointer) -> Json:
        return [
            self.value(item, (*pointer, str(index)), item.start_mark.line + 1)
            for index, item in enumerate(node.value)
        ]


def plain(text: str) -> Json:
    """Return what text without quotes stands for, by the core schema of YAML 1.2."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _unescaped(match: re.Match[str]) -> str:
    pair, slash, lone = match.groups()
    if pair:
        return str(json.loads(f'"\\{pair}"'))
    return slash or ("\ufffd" if lone else match[0])


def load(
    path: Path, shown: str, findings: list[Finding], doubts: list[Finding] | None = None
) -> Source:
    """Read one file; what is wrong with it is appended to `findings`.

    What other readers accept (merge keys, repeated keys, tags) is wrong, too, unless `doubts` takes
    what has to be said about it.
    """
    reader = _Reader(shown, findings, doubts)
    data: Json = None
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".json":
            text = _JSON_ESCAPE.sub(_unescaped, text.replace("\t", " "))
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
