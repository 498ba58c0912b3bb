"""What a page names in backticks or types in a shell, and whether the repository still has it."""

import ast
import builtins
import keyword
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import yaml

from app.core.audit import Event
from app.core.config import Settings
from app.core.exceptions import CATALOGUE
from app.schemas.v1 import operations
from spec.tools.cli import VERBS
from tests.docs.pages import PAGES, ROOT, Page

FOLDERS = ("app", "docs", "spec", "tests", "tools", ".ci", ".github")
FILES = {".ini", ".json", ".md", ".py", ".toml", ".txt", ".yaml", ".yml", ".example"}
# Header parameters of RFC 7515, section 4.1, which pages speak of though nothing reads them.
JOSE = {"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "typ", "cty", "crit"}
LATER = {"app/api/v1/deps.py"}  # spec/README.md: what an older version gets beside a newer one
# What pages say of libraries and formats, and what a guide speaks of before it is there.
FOREIGN = {
    *("curl", "make", "mypy", "pytest", "python", "sh", "alter_column", "adapters"),
    *JOSE,
    *("minProperties", "readOnly", "uniqueItems", "writeOnly", "no-store", "import-overrides"),
}
_WORD = re.compile(r"[A-Za-z_]\w*")
_KEBAB = re.compile(r"[a-z]+(?:-[a-z]+)+")
_CONSTANT = re.compile(r"^([A-Z][A-Z0-9_]*)\b(?:: .+?)? [?:]?= ?", re.MULTILINE)
# `name` in `file`: the file has to hold the name.
_PLACE = re.compile(r"`([\w.]+)` (?:in|of) `([\w./-]+\.(?:py|toml|ya?ml))`")
_VARIABLE = re.compile(r"\benviron(?:\.get)?[\[(]\s*\"(\w+)\"")


def stale(page: Page) -> list[str]:
    """Return every name that leads nowhere, as `page:line: kind name`."""
    return [
        f"{page.path}:{line}: no such {kind}: {name}"
        for line, name in (*page.code_spans, *page.shell_lines)
        if name not in page.creates and (kind := missing(name, page))
    ] + [
        f"{page.path}:{line}: no such place: {match[0]}"
        for line, text in enumerate(page.prose.splitlines(), 1)
        for match in _PLACE.finditer(text)
        if not _holds(match[2], match[1], page)
    ]


def missing(name: str, page: Page) -> str | None:
    """Return the kind of thing that a name looks like and that does not exist, or None."""
    for kind, pattern, exists in _KINDS:
        if match := re.match(pattern, name):
            return None if exists(match, page) else kind
    return None


def _command_exists(match: re.Match[str], page: Page) -> bool:
    target, module, verb = match.groups()
    if target:
        return target in make_targets()
    if module == "spec":
        return verb is None or verb in VERBS
    folder = ROOT / module.replace(".", "/")
    sources = (folder.with_suffix(".py"), folder / "__main__.py")
    source = next((path for path in sources if path.is_file()), None)
    return source is not None and (verb is None or verb in _verbs(source))


@cache
def _verbs(source: Path) -> set[str]:
    """Return the sub-commands of a module, and of those whose `add_…` functions it imports."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    found = {text for text in texts if isinstance(text, str)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(n.name.startswith("add_") for n in node.names):
            added = ROOT / f"{node.module}".replace(".", "/")
            found |= _added_verbs(added.with_suffix(".py"))
    return found


def _added_verbs(source: Path) -> set[str]:
    """Return the first argument of every call of `add_parser`."""
    text = source.read_text(encoding="utf-8")
    return set(re.findall(r'\.add_parser\(\s*"([\w-]+)"', text))


def _request_exists(match: re.Match[str], page: Page) -> bool:
    return (match[1], match[2]) in {
        (one.method, f"{operations.PREFIX}{one.path}") for one in operations.OPERATIONS.values()
    }


def _module_exists(match: re.Match[str], page: Page) -> bool:
    try:
        pkgutil.resolve_name(match[0])
    except (ImportError, AttributeError):
        return False
    return True


def _path_exists(match: re.Match[str], page: Page) -> bool:
    """Tell whether a path exists, from the page or the root; a bare name may be anywhere."""
    name = match[0]
    pattern = re.sub(r"<\w+>|…", "*", name).rstrip("/")
    first = name.partition("/")[0]
    if "/" in name and first not in FOLDERS and Path(name).suffix not in FILES:
        return True  # a media type, a folder of somebody else
    if "/" not in name:
        return pattern in {path.name for path in files()}
    folders = (ROOT, (ROOT / page.path).parent)
    return name in LATER or any(next(folder.glob(pattern), None) for folder in folders)


def _holds(path: str, name: str, page: Page) -> bool:
    """Tell whether a file has a word; a bare file name is looked for beside the page first."""
    known = [folder / path for folder in ((ROOT / page.path).parent, ROOT)]
    found = next((file for file in known if file.is_file()), None)
    return found is None or name.rpartition(".")[2] in _WORD.findall(found.read_text())


def _setting_exists(match: re.Match[str], page: Page) -> bool:
    """Tell whether a word in capitals is a setting, a constant or a variable; `A_` starts some."""
    name = match[1]
    if name.endswith("_"):
        return any(one.startswith(name) for one in _capitals())
    return name in _capitals() or ("_" not in name and name in _defined())


def _member_exists(match: re.Match[str], page: Page) -> bool:
    owner, member = match[1], match[2]
    return member in _members().get(owner, set())


def _operation_exists(match: re.Match[str], page: Page) -> bool:
    return match[0] in operations.OPERATIONS or match[0] in _contract_keys() | FOREIGN


def _event_exists(match: re.Match[str], page: Page) -> bool:
    """Tell whether a dotted word is an audit event; other dotted words are names."""
    return match[0] in set(Event) or _identifier_exists(match, page)


def _code_exists(match: re.Match[str], page: Page) -> bool:
    return match[0] in CATALOGUE or match[0] in _contract_keys() | make_targets() | FOREIGN


def _log_line_exists(match: re.Match[str], page: Page) -> bool:
    return any(message.startswith(match[0]) for message in _log_lines())


def _extension_exists(match: re.Match[str], page: Page) -> bool:
    return match[1] in _contract_keys()


def _identifier_exists(match: re.Match[str], page: Page) -> bool:
    known = _defined() | FOREIGN | page.introduces
    return all(word in known for word in _WORD.findall(match[0].partition("(")[0]))


_Check = Callable[[re.Match[str], Page], bool]
# What a name looks like says what it has to be; the first that fits decides.
_KINDS: tuple[tuple[str, str, _Check], ...] = (
    (
        "command",
        r"(?:\$ )?(?:make ([a-z][a-z-]*)|python3? -m ((?:app|spec|tools)[\w.]*)(?: (\w+))?)\b",
        _command_exists,
    ),
    ("request", r"(GET|POST|PUT|PATCH|DELETE) (/api/v\d+/\S*)$", _request_exists),
    ("module", r"(?:app|spec|tests|tools)(?:\.[a-z]\w*)+(?::\w+)?(?:\.[A-Z]\w+)?$", _module_exists),
    ("file", r"(?:[\w.-]+/)*[\w<>*-]*\.(?:ini|json|md|py|toml|txt|ya?ml|example)$", _path_exists),
    ("folder", r"\.?(?:[\w<>*-]+/)+[\w<>*…-]*$", _path_exists),
    ("setting", r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_?)(?:=\S*)?$", _setting_exists),
    ("member", r"([A-Z]\w*)\.(\w+)(?:\(.*\))?$", _member_exists),
    ("operation", r"[a-z]+(?:[A-Z][a-z]+)+$", _operation_exists),
    ("code", rf"{_KEBAB.pattern}$", _code_exists),
    ("extension", r"(x-[a-z-]+)(?:: \S+)?$", _extension_exists),
    ("log line", r"(?!(?:alembic|return) )[a-z]+(?: [a-z]+)+$", _log_line_exists),
    ("name", r"[a-z_]+\.[a-z_]+$", _event_exists),
    ("name", r"@?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\([^)]*\))?$", _identifier_exists),
)


@cache
def make_targets() -> set[str]:
    """Return the targets of the Makefile."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))


@cache
def files() -> list[Path]:
    """Return the files of the repository, those at its root first."""
    found = [path for path in ROOT.iterdir() if path.name != ".venv"]
    for folder in FOLDERS:
        found += (ROOT / folder).rglob("*")
    return [path for path in found if "__pycache__" not in path.parts]


@cache
def _trees() -> dict[Path, ast.Module]:
    # The tests of pages plant names that do not exist.
    here = Path(__file__).parent
    sources = (path for path in files() if path.suffix == ".py" and path.parent != here)
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources}


@cache
def _defined() -> set[str]:
    """Return what code, contract and folders define; comments and docstrings do not count."""
    found = {*keyword.kwlist, *dir(builtins), *_contract_keys(), *_members(), *make_targets()}
    for path in files():
        found |= {path.name, path.stem}
    for tree in _trees().values():
        found.update(_names_of(tree))
    return found


def _names_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.alias(name=name, asname=alias):
                yield from (*name.split("."), alias or name)
            case ast.Constant(value=str(text)) if _WORD.fullmatch(text):
                yield text
            case _:
                pass


@cache
def _members() -> dict[str, set[str]]:
    """Return class → what it and the bases of that name in this repository define."""
    classes = [node for tree in _trees().values() for node in ast.walk(tree)]
    found: dict[str, set[str]] = {}
    bases: dict[str, set[str]] = {}
    for node in classes:
        if isinstance(node, ast.ClassDef):
            found.setdefault(node.name, set()).update(_names_of(node))
            names = {word for base in node.bases for word in _WORD.findall(ast.unparse(base))}
            bases.setdefault(node.name, set()).update(names)
    for name, above in bases.items():
        found[name].update(*(found.get(base, set()) for base in above))
    return found


@cache
def _log_lines() -> set[str]:
    """Return the messages that the application hands to its loggers."""
    inside = (tree for path, tree in _trees().items() if path.is_relative_to(ROOT / "app"))
    found: set[str] = set()
    for node in (node for tree in inside for node in ast.walk(tree)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="logger")),
                args=[ast.Constant(value=str(message)), *_],
            ):
                found.add(message)
            case _:
                pass
    return found


@cache
def _capitals() -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in (*_trees(), ROOT / "Makefile")]
    scripts = [*ROOT.glob(".github/**/*.yml"), ROOT / ".ci/run", ROOT / "docker-compose.yml"]
    text = "\n".join([*texts, *(path.read_text(encoding="utf-8") for path in scripts)])
    settings = {name.upper() for name in Settings.model_fields}
    return {*_CONSTANT.findall(text), *_VARIABLE.findall(text), *settings}


@cache
def _contract_keys() -> set[str]:
    """Return the keys and the words that are values of contract, rules and settings in YAML."""
    found: set[str] = set()
    sources = [path for path in files() if path.suffix in {".yaml", ".yml"}]
    for path in sources:
        if path.name != "mkdocs.yml":
            found.update(_scalars(yaml.safe_load(path.read_text(encoding="utf-8"))))
    return found | set(re.findall(r"^(\w+):", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))


def _scalars(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield str(key)
            yield from _scalars(value)
    elif isinstance(node, list):
        for value in node:
            yield from _scalars(value)
    elif isinstance(node, str) and " " not in node:
        yield from (node, *_WORD.findall(node))


if __name__ == "__main__":
    raise SystemExit("\n".join(line for page in PAGES for line in stale(page)) or 0)
