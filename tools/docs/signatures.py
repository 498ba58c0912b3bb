"""The `:::` lines of code pages as text: the signatures and docstrings of a module."""

import re
from functools import cache

import griffe

from tools.docs.pages import ROOT

_REFERENCE = re.compile(r"^::: (\S+)$", re.MULTILINE)


def expanded(text: str) -> str:
    """Return the text with every `:::` line replaced by the module's signatures and docstrings."""
    return _REFERENCE.sub(lambda match: _module(match[1]), text)


def contents(name: str) -> str:
    """Return the names of what a module has, in one line; its package's README describes it."""
    public = (m for m in _found(name).members.values() if not m.is_alias and m.name[0] != "_")
    return ", ".join(m.name for m in public if isinstance(m, griffe.Function | griffe.Class))


def _found(name: str) -> griffe.Object | griffe.Alias:
    package, _, rest = name.partition(".")
    return _package(package)[rest] if rest else _package(package)


@cache
def _package(name: str) -> griffe.Module:
    loaded = griffe.load(name, search_paths=[str(ROOT)])
    if not isinstance(loaded, griffe.Module):
        raise TypeError(name)
    return loaded


def _module(name: str) -> str:
    found = _found(name)
    return "\n".join([_first_paragraph(found), *_described(found, 0)])


def public_api(name: str, *, explained: bool) -> str:
    """Return a module's signatures as indented lines, for a reader who knows the operations.

    The methods of a service are the operations of its tag, and those of a second implementation
    are those of the first: neither is said again.
    """
    found = _found(name)
    lines, seen = [_first_paragraph(found)], set[str]()
    for line in _described(found, 0):
        is_operation = lines[-1].startswith("class ") and "Service)" in lines[-1]
        signature, _, says = line.replace("- `", "", 1).partition("`")
        bare = not explained and not signature.startswith("class ")
        if signature.startswith(" ") and (signature in seen or is_operation):
            continue
        seen.add(signature)
        lines.append(signature if bare else signature + says)
    return "\n".join(lines)


def _described(thing: griffe.Object | griffe.Alias, depth: int) -> list[str]:
    lines: list[str] = []
    for member in thing.members.values():
        if member.is_alias or member.name.startswith("_"):
            continue
        if isinstance(member, griffe.Function | griffe.Class):
            says = _first_paragraph(member)
            lines.append(f"{'  ' * depth}- `{_signature(member)}`" + (f": {says}" if says else ""))
            # What people extend is the application; of the tools the functions say enough.
            if isinstance(member, griffe.Class) and member.path.startswith("app."):
                lines += _described(member, depth + 1)
    return lines


def _signature(thing: griffe.Function | griffe.Class) -> str:
    if isinstance(thing, griffe.Class):
        bases = ", ".join(str(base) for base in thing.bases)
        return f"class {thing.name}({bases})" if bases else f"class {thing.name}"
    names = [p.name for p in thing.parameters if p.name not in {"self", "cls"}]
    returns = f" -> {thing.returns}" if thing.returns else ""
    return f"{thing.name}({', '.join(names)}){returns}"


def _first_paragraph(thing: griffe.Object | griffe.Alias) -> str:
    text = thing.docstring.value if thing.docstring else ""
    return " ".join(text.split("\n\n")[0].split())
