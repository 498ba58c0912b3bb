"""The page of the settings, in the sections of `.env.example`."""

import json
import re
from pathlib import Path
from typing import Any

from app.core.config import Settings
from tools.docs.markdown import page, table

_BOUNDS = {"minimum": "≥ ", "exclusiveMinimum": "> ", "maximum": "≤ ", "minLength": "length ≥ "}
_SECTION = re.compile(r"^# ===== (.+) =====$", re.MULTILINE)


def settings_page(root: Path) -> str:
    """Return every setting with its type, default and bounds; secrets show no default."""
    fields = Settings.model_json_schema()["properties"]
    _, *sections = _SECTION.split((root / ".env.example").read_text(encoding="utf-8"))
    parts = []
    for title, text in zip(sections[::2], sections[1::2], strict=True):
        names = (name.lower() for name in re.findall(r"^(\w+)=", text, re.MULTILINE))
        rows = [_row(name, fields[name]) for name in names if name in fields]
        parts += [f"## {title}", table(("Setting", "Type", "Default", "Meaning"), rows)]
    return page(
        "Settings",
        "Every setting of the application, read once by `Settings` in "
        "[app/core/config/](../../app/core/config/__init__.py).",
        "Set them in the environment, which wins, or in `.env`. An empty value is the default.",
        *parts,
    )


def _row(name: str, field: dict[str, Any]) -> tuple[str, str, str, str]:
    either = field.get("anyOf", [field])
    shapes = [shape for shape in either if shape.get("type") != "null"]
    secret = any(shape.get("format") == "password" for shape in shapes)
    default = field.get("default")
    shown = "hidden" if secret and default else "empty" if default is None else json.dumps(default)
    return (
        f"`{name.upper()}`",
        " or ".join(_type(shape) for shape in shapes),
        f"`{shown.strip(chr(34))}`" if shown not in {"hidden", "empty"} else shown,
        str(field.get("description", "")),
    )


def _type(shape: dict[str, object]) -> str:
    if isinstance(choices := shape.get("enum"), list):
        return " or ".join(f"`{choice}`" for choice in choices)
    found = [text + str(shape[key]) for key, text in _BOUNDS.items() if key in shape]
    if pattern := shape.get("pattern"):
        found.append(f"matches `{pattern}`")
    kind = "JSON array" if shape.get("type") == "array" else str(shape.get("type", "text"))
    return ", ".join([kind, *found])
