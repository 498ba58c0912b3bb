"""What an operation reaches: its service's method, and from there queries and tables.

Read from the syntax trees of `app/services/` and `app/db/`, so that nothing has to run.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spec.tools.names import pascal, snake

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Reach:
    """Names that are empty where nothing was found; queries as `ItemRepository.add`."""

    module: str = ""
    method: str = ""
    queries: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Code:
    """The classes and functions of services and database code, by name."""

    classes: dict[str, ast.ClassDef]
    functions: dict[tuple[str, str], Function]
    modules: dict[str, str]
    imports: dict[tuple[str, str], tuple[str, str]]

    @classmethod
    def read(cls, root: Path) -> "_Code":
        classes: dict[str, ast.ClassDef] = {}
        functions: dict[tuple[str, str], Function] = {}
        homes: dict[str, str] = {}
        imports: dict[tuple[str, str], tuple[str, str]] = {}
        paths = [*(root / "app" / "services").rglob("*.py"), *(root / "app" / "db").rglob("*.py")]
        for path in sorted(paths):
            module = path.relative_to(root).as_posix()
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef):
                    classes[node.name], homes[node.name] = node, module
                elif isinstance(node, Function):
                    functions[module, node.name] = node
                elif isinstance(node, ast.ImportFrom):
                    home = f"{(node.module or '').replace('.', '/')}.py"
                    for name in node.names:
                        imports[module, name.asname or name.name] = home, name.name
        return cls(classes, functions, homes, imports)

    def method(self, owner: str, name: str) -> Function | None:
        body = self.classes[owner].body if owner in self.classes else []
        found = (node for node in body if isinstance(node, Function) and node.name == name)
        return next(found, None)

    def function(self, module: str, name: str) -> tuple[str, Function] | None:
        """Return the module and the code of a function that a module defines or imports."""
        home, name = self.imports.get((module, name), (module, name))
        node = self.functions.get((home, name))
        return (home, node) if node else None

    def attributes(self, owner: str) -> dict[str, str]:
        """Return attribute → class, as the constructor assigns annotated parameters or calls."""
        start = self.method(owner, "__init__")
        if start is None:
            return {}
        arguments = (*start.args.args, *start.args.kwonlyargs)
        types = {a.arg: ast.unparse(a.annotation) for a in arguments if a.annotation}
        found: dict[str, str] = {}
        for node in ast.walk(start):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
                value = node.value.func if isinstance(node.value, ast.Call) else node.value
                name = ast.unparse(value)
                found[node.targets[0].attr] = types.get(name, name)
        return found

    def table(self, repository: str) -> str:
        """Return the table of the row that a repository is about: the first class of models."""
        names = (n.id for n in ast.walk(self.classes[repository]) if isinstance(n, ast.Name))
        rows = (n for n in names if self.modules.get(n, "").startswith("app/db/models/"))
        row = self.classes.get(next(rows, ""))
        for node in row.body if row else []:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__tablename__":
                return str(ast.literal_eval(node.value))
        return ""


@cache
def _code(root: Path) -> _Code:
    return _Code.read(root)


def reach(root: Path, tag: str, operation_id: str) -> Reach:
    """Follow an operation from its service's method, through methods and helpers of services."""
    code, interface = _code(root), f"{pascal(tag)}Service"
    owners = (
        name
        for name, node in code.classes.items()
        if any(ast.unparse(base).endswith(f".{interface}") for base in node.bases)
    )
    owner = next(owners, "")
    method = code.method(owner, snake(operation_id))
    if method is None:
        return Reach(code.modules.get(owner, ""))
    queries: dict[str, None] = {}
    _follow(code, code.modules[owner], owner, method, queries, set())
    tables = dict.fromkeys(code.table(query.partition(".")[0]) for query in queries)
    found = tuple(table for table in tables if table)
    return Reach(code.modules[owner], f"{owner}.{method.name}", tuple(queries), found)


def _follow(
    code: _Code,
    module: str,
    owner: str,
    node: Function,
    queries: dict[str, None],
    seen: set[Function],
) -> None:
    if node in seen:
        return
    seen.add(node)
    repositories, own = code.attributes("UnitOfWork"), code.attributes(owner)
    for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
        match ast.unparse(call.func).split("."):
            case [*_, attribute, name] if repositories.get(attribute, "") in code.classes:
                queries[f"{repositories[attribute]}.{name}"] = None
            case ["self", name] if helper := code.method(owner, name):
                _follow(code, module, owner, helper, queries, seen)
            case ["self", attribute, name] if helper := code.method(own.get(attribute, ""), name):
                other = own[attribute]
                _follow(code, code.modules[other], other, helper, queries, seen)
            case [name] if found := code.function(module, name):
                _follow(code, found[0], owner, found[1], queries, seen)
            case _:
                pass
