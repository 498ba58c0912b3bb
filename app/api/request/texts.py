"""Texts of parameters and forms → JSON, as the contract's styles and types say."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.api.request.contract import Contract

Pairs = Sequence[tuple[str, Any]]

# JSON Schema counts 1.0 as an integer (core, section 6.3).
_INTEGER = re.compile(r"(-?[0-9]{1,4000})(\.0{1,100})?", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_MEMBER = re.compile(r"\[([^\[\]]+)\]")
_BOOLEANS = {"true": True, "false": False}
DELIMITERS: Mapping[str, str] = {"spaceDelimited": " ", "pipeDelimited": "|"}


class Texts:
    """Reads texts by one schema; a text that fits no type of it stays a text."""

    def __init__(self, contract: Contract, schema: object, depth: int = 0) -> None:
        self.kinds = contract.kinds(schema)
        self.open = not any(
            part.get("additionalProperties") is False for part in contract.parts(schema)
        )
        nested = depth < 3
        properties = contract.properties(schema) if nested else {}
        self.properties = {
            name: Texts(contract, part, depth + 1) for name, part in properties.items()
        }
        has_items = nested and "array" in self.kinds
        self.items = Texts(contract, contract.items(schema), depth + 1) if has_items else None
        self.is_array = "array" in self.kinds
        self.is_object = "object" in self.kinds or bool(self.properties)

    def scalar(self, text: object) -> Any:  # noqa: ANN401 - any JSON
        """Return one text as JSON."""
        if not isinstance(text, str):
            return text
        if "integer" in self.kinds and (whole := _INTEGER.fullmatch(text)):
            return int(whole[1])
        if "number" in self.kinds and _NUMBER.fullmatch(text):
            return _number(text)
        if "boolean" in self.kinds and text in _BOOLEANS:
            return _BOOLEANS[text]
        if "null" in self.kinds and "string" not in self.kinds and text in {"", "null"}:
            return None
        return text

    def array(self, texts: Iterable[object]) -> list[Any]:
        """Return several texts as an array."""
        return [self.items.scalar(text) if self.items else text for text in texts]

    def member(self, name: str, texts: Sequence[object]) -> Any:  # noqa: ANN401 - any JSON
        """Return the value of a property that was sent as some texts."""
        known = self.properties.get(name)
        if known is None:
            return texts[0] if len(texts) == 1 else list(texts)
        return known.values(texts)

    def values(self, texts: Sequence[object]) -> Any:  # noqa: ANN401 - any JSON
        """Return a value that repeats its name once for each item."""
        if self.is_array and (len(texts) > 1 or not self.kinds - {"array", "null"}):
            return self.array(texts)
        return self.scalar(texts[-1]) if len(texts) == 1 else list(texts)

    def split(self, text: str, delimiter: str, *, explode: bool) -> Any:  # noqa: ANN401 - any JSON
        """Return an array or an object that was written as one text."""
        parts = [part.strip(" ") for part in text.split(delimiter)] if text else []
        if self.is_array:
            return self.array(parts)
        pairs = (
            [part.partition("=")[::2] for part in parts]
            if explode
            else list(zip(parts[::2], parts[1::2], strict=False))
        )
        return {name: self.member(name, [value]) for name, value in pairs}

    def deep(self, name: str, pairs: Pairs) -> dict[str, Any] | None:
        """Return an object whose members are written as `name[member]`; None without any."""
        root: dict[str, Any] = {}
        for key, value in pairs:
            *path, last = _MEMBER.findall(key) if key.startswith(f"{name}[") else [""]
            node: Any = root if last else None
            for part in path:
                node = node.setdefault(part, {}) if isinstance(node, dict) else None
            if isinstance(node, dict) and isinstance(node.setdefault(last, []), list):
                node[last].append(value)
        return self.tree(root) if root else None

    def tree(self, tree: Mapping[str, Any]) -> dict[str, Any]:
        """Return an object whose leaves are texts."""
        return {
            name: (
                self.member(name, node)
                if isinstance(node, list)
                else self.properties.get(name, self).tree(node)
            )
            for name, node in tree.items()
        }


def _number(text: str) -> float | str:
    value = float(text)
    if not math.isfinite(value):
        return text
    return value if {".", "e", "E"} & set(text) else int(text)


def json_text(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return a text that is JSON; one that is not, as it is."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text


def _refuse(constant: str) -> None:
    raise ValueError(constant)
