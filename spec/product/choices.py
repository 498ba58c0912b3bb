"""The licence and the default database of a product."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from spec.product.answers import Answers
from spec.tools.finding import Finding, RefusedError, Where

_LICENCES = Path(__file__).with_name("licences")
_LABEL = 'org.opencontainers.image.licenses="MIT"'

Changes = Mapping[str, Sequence[tuple[str, str]]]

_WITHOUT_LICENCE: Changes = {
    "pyproject.toml": [('license = "MIT"\nlicense-files = ["LICENSE"]\n', "")],
    "Dockerfile": [(f"    {_LABEL} \\\n", "")],
}
_POSTGRESQL: Changes = {
    path: [("sqlite+aiosqlite:///data/app.db", "postgresql+psycopg://postgres@127.0.0.1:5432/app")]
    for path in ("app/core/settings/database.py", ".env.example")
} | {
    "README.md": [
        (
            "- **Embedded** (the default): a SQLite file, `data/app.db`.",
            "- **Embedded** (`DATABASE_URL=sqlite+aiosqlite:///data/app.db`): a SQLite file.",
        ),
        (
            "- **Full**: PostgreSQL (`DATABASE_URL=postgresql+psycopg://user@host/name`)",
            "- **Full**: PostgreSQL (default: the server of `deploy/compose.development.yml`)",
        ),
    ],
}


def choose(root: Path, answers: Answers) -> Iterator[str]:
    """Write the licence and the default database into the files; yield what was done.

    Raises:
        RefusedError: A file does not have the text that has to be changed.
    """
    licence = root / "LICENSE"
    if answers.licence == "none":
        licence.unlink()
        _change(root, _WITHOUT_LICENCE)
        yield "removed the licence"
    elif answers.licence != "MIT":
        licence.write_bytes((_LICENCES / f"{answers.licence}.txt").read_bytes())
        _change(root, _licensed(answers.licence))
        yield f"licensed under {answers.licence}"
    if answers.database == "postgresql":
        _change(root, _POSTGRESQL)
        yield "made PostgreSQL the default database"


def _licensed(licence: str) -> Changes:
    return {
        "pyproject.toml": [('license = "MIT"', f'license = "{licence}"')],
        "Dockerfile": [(_LABEL, _LABEL.replace("MIT", licence))],
    }


def _change(root: Path, changes: Changes) -> None:
    texts = {path: (root / path).read_text(encoding="utf-8") for path in changes}
    for path, pairs in changes.items():
        for old, new in pairs:
            if old not in texts[path]:
                raise RefusedError(Finding(Where(path, 1), f"there is no {old!r}", "restore it"))
            texts[path] = texts[path].replace(old, new)
    for path, text in texts.items():
        (root / path).write_text(text, encoding="utf-8", newline="\n")
