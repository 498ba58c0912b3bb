"""The intermediate representation → formatted text of each file."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import black
import isort
from black.mode import TargetVersion
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from spec.tools.ir import EVENT, Api
from spec.tools.models import exported, module
from spec.tools.names import LINE_LENGTH, docstring
from spec.tools.sharing import adapters
from spec.tools.target import Target

_TEMPLATES = Path(__file__).with_name("templates")
_MODE = black.Mode(line_length=LINE_LENGTH, target_versions={TargetVersion.PY311})
_RUFF = (
    shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff",
    *("format", "--isolated", "--target-version", "py311", "--line-length", str(LINE_LENGTH), "-"),
)
_IMPORTS = {
    "app.api.request.arguments": "typed",
    "app.api.request.route": "contract_route",
    "app.api.request.response": "render render_reply",
    "app.core.security": "Principal",
    "app.schemas": "types",
    "app.schemas.operation": "Operation SecurityScheme",
    "app.schemas.reply": "Replayed Reply Upload",
    "collections.abc": "AsyncIterable Mapping",
    "dataclasses": "dataclass",
    "fastapi": "APIRouter Depends Request Response",
    "pydantic": "Field JsonValue Tag",
    "typing": "Annotated ClassVar Literal Protocol",
}


class Renderer:
    """Prints files for one target; the imports of each follow from the names that it uses."""

    def __init__(
        self, target: Target, *, older: Target | None = None, newer: Target | None = None
    ) -> None:
        """Load the templates once; the versions before and after have parts in common with it."""
        self.target, self.older, self.newer = target, older, newer
        self.environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # noqa: S701 - the output is Python
        )
        self.environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
        self.environment.filters["exported"] = exported
        own = {target.schemas_name: "models operations"}
        own[f"{target.package}.api.{target.version}.adapters.generated"] = "adapted"
        others = [other.schemas_name for other in (older, newer) if other]
        for name in (target.schemas_name, *others, target.deps):
            package, _, module = name.rpartition(".")
            own[package] = f"{own.get(package, '')} {module}"
        self.imports = {
            name: module
            for table in (_IMPORTS, own)
            for module, names in table.items()
            for name in names.split()
        }

    def header(self, source: str) -> str:
        """Return the first line of a generated file."""
        return f"# Code generated from {source} by make generate. DO NOT EDIT.\n"

    def python(self, template: str, source: str, /, **values: object) -> str:
        """Print a template, add its imports, format it."""
        text = self.text(f"{template}.py", **values)
        used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        imports = [
            f"from {self.imports[name]} import {name}"
            for name in sorted(used & self.imports.keys())
        ]
        docs, body = text.split('"""\n', 1)
        return self.format("\n".join((f'{self.header(source)}{docs}"""', *imports, body)))

    def text(self, template: str, /, **values: object) -> str:
        """Print a template."""
        found = self.environment.get_template(f"{template}.j2")
        return found.render(
            target=self.target, older=self.older, newer=self.newer, doc=docstring, **values
        )

    def format(self, code: str) -> str:
        """Format as `make format` does."""
        ours = [
            "app",
            self.target.schemas_name.partition(".")[0],
            self.target.routes_name.partition(".")[0],
        ]
        return _formatted(code, tuple(ours))

    def owned(self, api: Api, document: str) -> Iterator[tuple[Path, str]]:
        """Yield every file of the owned folders."""
        schemas, routes, folder = self.target.schemas, self.target.routes, api.folder
        names: Mapping[str, Sequence[str]] = {
            "models": [*api.definitions, *api.kept_models],
            **{tag.name: tag.names for tag in api.tags},
            "services": ["Services"],
            **({"outgoing": [EVENT]} if api.events else {}),
        }
        shared = (*api.shared_models, *api.kept_models)
        older = f"{self.older.schemas_name}.models" if self.older else ""
        models = self.header(folder) + module(api.definitions, shared, older)
        yield schemas / "models.py", self.format(models)
        yield schemas / "openapi.json", document
        yield schemas / "operations.py", self.python("operations", folder, api=api)
        yield schemas / "__init__.py", self.python(
            "schemas_init",
            folder,
            names=names,
            all_names=exported([*(it for group in names.values() for it in group), "operations"]),
        )
        yield schemas / "services.py", self.python("services", folder, api=api)
        if api.events:
            text = self.python("outgoing", folder, name=EVENT, events=api.events)
            yield schemas / "outgoing.py", text
        yield routes / "__init__.py", self.python("routes_init", folder, api=api)
        for tag in api.tags:
            yield schemas / f"{tag.name}.py", self.python("schemas", tag.source, tag=tag)
        services = "adapted" if self.newer else "deps"
        for tag in api.routed:
            text = self.python("routes", tag.source, tag=tag, services=services)
            yield routes / f"{tag.name}.py", text

    def adapters(self, api: Api, newer: Api) -> Iterator[tuple[Path, str]]:
        """Yield how an older version is served by the services of the next one."""
        if self.target.adapters is None or self.newer is None:
            return
        folder = self.target.adapters / "generated"
        found = {adapter.tag.name: adapter for adapter in adapters(api, newer)}
        yield folder / "__init__.py", self.header(api.folder) + f'"""Code of {api.version}."""\n'
        yield folder / "adapted.py", self.python(
            "adapted",
            api.folder,
            adapters=found.values(),
            tags=[(tag, found.get(tag.name)) for tag in api.tags],
            provider="deps" if self.newer.services else "newer_adapted",
        )
        for adapter in found.values():
            text = self.python("adapter", adapter.tag.source, adapter=adapter, tag=adapter.tag)
            yield folder / f"{adapter.tag.name}.py", text

    def written_once(self, api: Api, newer: Api | None) -> Iterator[tuple[Path, str]]:
        """Yield path and text of the services and adapters that do not exist yet."""
        for path, text in self._first_texts(api, newer):
            if not path.exists():
                yield path, self.format(text)

    def _first_texts(self, api: Api, newer: Api | None) -> Iterator[tuple[Path, str]]:
        """Yield services, and adapters of what differs, not formatted."""
        for tag in api.tags if self.target.services else ():
            path = Path(self.target.services or "", f"{tag.name}.py")
            yield path, self.text("service.py", tag=tag)
        if newer is None or self.target.adapters is None:
            return
        package = f"What differs in {api.version} from the next version."
        yield self.target.adapters / "__init__.py", f'"""{package}"""\n'
        for adapter in adapters(api, newer):
            if adapter.missing:
                path = self.target.adapters / f"{adapter.tag.name}.py"
                yield path, self.text("adapter_once.py", tag=adapter.tag)


@lru_cache(maxsize=512)
def _formatted(code: str, ours: Sequence[str]) -> str:
    """Format a module; `make watch` prints most of them again without a change."""
    ordered = isort.code(code, profile="black", line_length=LINE_LENGTH, known_first_party=ours)
    # Black works twice on what it changes, and ruff mostly leaves it nothing to change.
    quick = subprocess.run(_RUFF, input=ordered, capture_output=True, encoding="utf-8", check=True)
    return black.format_str(quick.stdout, mode=_MODE)
