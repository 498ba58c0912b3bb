"""Two versions served side by side: what only the newer one has stays there."""

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from app.core.rate_limit import MemoryLimiter
from spec.tools.generate import generate
from spec.tools.target import Target
from tests.problems import refused_fields
from tests.spec.project import SAMPLE
from tests.spec.served import DEPS, app_of, client_of

PET = "/pets/018f0c2e-0000-7000-8000-000000000000"
NEWER = """
x-extends: v1
info: {version: 2.0.0}
servers: [{url: /sample/v2}]
components: {securitySchemes: {oauth2: {flows: {password: {tokenUrl: /sample/v2/forms}}}}}
"""
COLOUR = """
components:
  schemas:
    PetUpdate:
      properties:
        colour: {type: string, maxLength: 20, pattern: "^[a-z]+$"}
"""
ADAPTER = """
from beside.api.v1.adapters.generated.pets import PetsAdapter
from beside.schemas import v1, v2


class Pets(PetsAdapter):
    async def update_pet(self, pet_id, body):
        sent = v2.PetUpdate(**body.model_dump(exclude_unset=True))
        changed = await self.newer.pets.update_pet(pet_id, sent)
        return v1.PetUpdate(name=changed.name)
"""


class Pets:
    """Answers with what was sent, and paints what has no colour."""

    async def update_pet(self, _: object, body: BaseModel) -> BaseModel:
        return type(body)(**{"colour": "red"} | body.model_dump(exclude_unset=True))


def target(root: Path, version: str) -> Target:
    """Return where a version goes in a package that is not the application's."""
    return Target(
        contract=root / "spec" / version / "openapi.yaml",
        schemas=root / "beside/schemas" / version,
        schemas_name=f"beside.schemas.{version}",
        routes=root / "beside/api" / version / "routes",
        routes_name=f"beside.api.{version}.routes",
        services=root / "beside/services" if version == "v2" else None,
        deps="beside.deps",
        adapters=root / "beside/api" / version / "adapters",
        root=root,
    )


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, FastAPI]]:
    """An application of each version; both have the services of the newer one."""
    root = tmp_path_factory.mktemp("beside")
    for path in SAMPLE.iterdir():
        write(root / "spec/v1" / path.name, path.read_text())
    write(root / "spec/v2/openapi.yaml", NEWER)
    write(root / "spec/v2/pets.yaml", COLOUR)
    write(root / "beside/deps.py", DEPS.format(schemas="beside.schemas.v2"))
    write(root / "beside/api/v1/adapters/pets.py", ADAPTER)
    generate([target(root, version) for version in ("v1", "v2")])
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root))
        yield {version: served(root, version) for version in ("v1", "v2")}
    for name in [name for name in sys.modules if name.partition(".")[0] == "beside"]:
        del sys.modules[name]


def served(root: Path, version: str) -> FastAPI:
    document = json.loads((root / f"beside/schemas/{version}/openapi.json").read_text())
    operations = import_module(f"beside.schemas.{version}.operations")
    app = app_of(
        import_module(f"beside.api.{version}.routes").ROUTERS, operations, document, version
    )
    app.state.services = SimpleNamespace(pets=Pets(), files=None)
    app.state.resources = SimpleNamespace(limiter=MemoryLimiter())
    return app


async def change(app: FastAPI, version: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    async with client_of(app) as client:
        return await client.patch(f"/sample/{version}{PET}", json=body)


async def test_the_newer_version_has_its_field(apps: dict[str, FastAPI]) -> None:
    answer = await change(apps["v2"], "v2", {"name": "Tom", "colour": "blue"})

    assert (answer.status_code, answer.json()) == (200, {"name": "Tom", "colour": "blue"})


async def test_the_older_version_never_shows_it(apps: dict[str, FastAPI]) -> None:
    painted = await change(apps["v2"], "v2", {"name": "Tom"})
    answer = await change(apps["v1"], "v1", {"name": "Tom"})

    assert painted.json() == {"name": "Tom", "colour": "red"}
    assert (answer.status_code, answer.json()) == (200, {"name": "Tom"})


async def test_the_older_version_refuses_it_as_it_refuses_any_unknown_field(
    apps: dict[str, FastAPI],
) -> None:
    answer = await change(apps["v1"], "v1", {"name": "Tom", "colour": "blue", "size": 1})

    assert refused_fields(answer) == {"/colour": "extra-forbidden", "/size": "extra-forbidden"}
