"""Verb `new-version`: start the next version as a difference from the newest one."""

import re
from pathlib import Path

from spec.adopt.write import to_yaml
from spec.tools.bundle import assemble
from spec.tools.contract import Contract, Node
from spec.tools.generate import compute, generate
from spec.tools.load import Json
from spec.tools.names import prefix_of
from spec.tools.overlay import EXTENDS
from spec.tools.target import Target, targets

_COPIED = ("__init__.py", "router.py", "manual.py", "README.md")


def new_version(root: Path) -> list[str]:
    """Write the next version, which differs in nothing but its address, and generate all code.

    Raises:
        RefusedError: A contract that is there is refused.
    """
    found = targets(root)
    compute(found)
    older = found[-1]
    name = f"v{int(older.version[1:]) + 1}"
    newer = Target.for_version(root, name)
    written = {newer.contract: to_yaml(_difference(assemble(older), older.version, name))}
    for file in _COPIED:
        path = root / "app" / "api" / older.version / file
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            written[root / "app" / "api" / name / file] = _renamed(text, older.version, name)
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return [*(f"wrote {newer.show(path)}" for path in written), *generate(targets(root))]


def _renamed(text: str, older: str, newer: str) -> str:
    text = re.sub(rf"\b{older}\b", newer, text)
    return re.sub(rf"\b([Vv])ersion {older[1:]}\b", rf"\1ersion {newer[1:]}", text)


def _difference(contract: Contract, older: str, newer: str) -> dict[str, Json]:
    """Return the root document: the version, and every address that has the old prefix."""
    server = contract.node("servers", "0")
    old = prefix_of(server)
    moved = _renamed(old, older, newer)
    prefix = moved if moved != old else f"{old}/{newer}"
    document: dict[str, Json] = {
        EXTENDS: older,
        "info": {"version": f"{newer[1:]}.0.0"},
        "servers": (
            _moved(contract.node("servers").value, old, prefix) if old else [{"url": prefix}]
        ),
    }
    schemes: dict[str, Json] = {
        name: {"flows": flows}
        for name, scheme in contract.node("components", "securitySchemes").entries()
        if (flows := _moved_urls(scheme.child("flows"), old, prefix))
    }
    if schemes:
        document["components"] = {"securitySchemes": schemes}
    return document


def _moved(value: Json, old: str, new: str) -> Json:
    """Return a value whose addresses have the new prefix instead of the old one."""
    if isinstance(value, dict):
        return {key: _moved(it, old, new) for key, it in value.items()}
    if isinstance(value, list):
        return [_moved(it, old, new) for it in value]
    is_address = isinstance(value, str) and re.search(rf"{re.escape(old)}(?=/|$)", value)
    return value.replace(old, new, 1) if is_address and isinstance(value, str) else value


def _moved_urls(flows: Node, old: str, new: str) -> dict[str, Json]:
    """Return the addresses of OAuth2 flows that have the old prefix, with the new one."""
    found: dict[str, Json] = {}
    for name, flow in flows.entries():
        urls: dict[str, Json] = {
            key: moved
            for key, node in flow.entries()
            if old and key.endswith("Url") and (moved := _moved(node.value, old, new)) != node.value
        }
        if urls:
            found[name] = urls
    return found
