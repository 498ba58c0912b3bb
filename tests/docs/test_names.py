"""What a page names exists, and a name that vanished is reported with page and line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.comments import commented_files, stale_files
from tests.docs.follow import clone
from tests.docs.names import stale
from tests.docs.pages import PAGES, Page

PLANTED = {
    "Run `make deplyo`.": "command: make deplyo",
    "```sh\nmake deplyo\n```": "command: make deplyo",
    "```sh\npython -m spec generat\n```": "command: python -m spec generat",
    "Run `python -m app.manage stup`.": "command: python -m app.manage stup",
    "Run `python -m app.manage kyes make`.": "command: python -m app.manage kyes make",
    "Run `python -m app.mange setup`.": "command: python -m app.mange setup",
    "It calls `GET /api/v1/usrs`.": "request: GET /api/v1/usrs",
    "See `app.core.confg`.": "module: app.core.confg",
    "See `app.core.config:Setings`.": "module: app.core.config:Setings",
    "Read `app/core/confg.py`.": "file: app/core/confg.py",
    "Read `confg.py`.": "file: confg.py",
    "Look into `app/servces/`.": "folder: app/servces/",
    "Set `DATABASE_POOL_SIZES`.": "name: DATABASE_POOL_SIZES",
    "Set `ENVIRONMNT=production`.": "name: ENVIRONMNT=production",
    "Set `TEST_DATABSE_URL`.": "name: TEST_DATABSE_URL",
    "Everything below `DATABSE_`.": "name: DATABSE_",
    "Call `Cache.get_or_laod`.": "name: Cache.get_or_laod",
    "It answers `schemas.GetUser299`.": "name: schemas.GetUser299",
    "The class `UnitOfWrok`.": "name: UnitOfWrok",
    "The class `Usrs`.": "name: Usrs",
    "Call `updateUsr`.": "name: updateUsr",
    "It logs `token.reusd`.": "name: token.reusd",
    "The header `x5q`.": "name: x5q",
    "Wrap it in `retryed`.": "name: retryed",
    "Wrap it in `@retryed`.": "name: @retryed",
    "Call `ownd_by(user)`.": "name: ownd_by(user)",
    "Say `x-idempotnt: true`.": "name: x-idempotnt: true",
    "It answers `not-fuond`.": "name: not-fuond",
    "See `Cache` in `app/main.py`.": "place: `Cache` in `app/main.py`",
}
RENAMED = {
    "database_pool_size": "database_pool_width",
    "DATABASE_POOL_SIZE": "DATABASE_POOL_WIDTH",
    "updateUser": "editUser",
    "retried": "tried_again",
    "LostRace": "RaceLost",
}


# They go on with what `add-a-resource.md` writes; test_guides.py follows them where that exists.
GO_ON = {f"docs/how-to/add-{what}.md" for what in ("an-operation", "a-field", "a-task")}


@pytest.mark.parametrize("page", [page for page in PAGES if page.path not in GO_ON], ids=str)
def test_what_a_page_names_exists(page: Page) -> None:
    assert stale(page) == []


@pytest.mark.parametrize("text", PLANTED, ids=PLANTED.get)
def test_a_stale_name_is_found(text: str) -> None:
    page = Page("docs/PLANTED.md", f"# Planted\n\nOne line, then another.\n{text}\n")

    line = 5 if text.startswith("```") else 4
    assert stale(page) == [f"docs/PLANTED.md:{line}: no such {PLANTED[text]}"]


def test_the_files_that_comments_name_exist() -> None:
    assert [line for path in commented_files() for line in stale_files(path)] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("planted.yml", "a: 1\n# docs/tools/REAMDE.md says how.\n"),
        ("planted.py", "A = 1\n# As in docs/tools/REAMDE.md.\n"),
        ("planted.py", '"""First.\n\nRead docs/tools/REAMDE.md.\n"""\n'),
    ],
)
def test_a_stale_file_in_a_comment_is_found(path: str, text: str) -> None:
    line = next(n for n, it in enumerate(text.splitlines(), 1) if "REAMDE" in it)

    assert stale_files(path, text) == [f"{path}:{line}: no such file: docs/tools/REAMDE.md"]


@pytest.mark.clone
def test_renames_are_reported_with_page_and_line(tmp_path: Path) -> None:
    folder = clone(tmp_path)
    kinds = {".py", ".yaml", ".json", ".j2"}
    sources = [path for path in folder.rglob("*") if path.suffix in kinds]
    for path in (path for path in sources if ".venv" not in path.parts):
        text = path.read_text(encoding="utf-8")
        for old, new in RENAMED.items():
            text = re.sub(rf"\b{old}\b", new, text)
        path.write_text(text, encoding="utf-8")
    makefile = folder / "Makefile"
    makefile.write_text(makefile.read_text().replace("\ntypes:", "\nstatic-types:"))

    done = subprocess.run(
        [sys.executable, "-m", "tests.docs.names"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1, done.stdout
    for kind, name in (
        ("name", "DATABASE_POOL_SIZE"),
        ("command", "make types"),
        ("name", "updateUser"),
        ("name", "retried"),
        ("name", "LostRace"),
    ):
        assert re.search(rf"^\S+\.md:\d+: no such {kind}: @?{name}$", done.stderr, re.MULTILINE)
