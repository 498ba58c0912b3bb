"""Where a version's contract is and where its code goes."""

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Target:
    """Paths and dotted names of one version.

    Attributes:
        contract: The root file of the contract.
        schemas: Owned folder of models, replies and interfaces; `schemas_name` is its dotted name.
        routes: Owned folder of the routes.
        services: Folder of the services, written once; None for a version that adapters serve.
        deps: Module with the providers that the routes depend on, dotted.
        versions: The module that lists the versions that are served, if there is one.
        adapters: Folder of what serves this version by the services of the next one.
        root: Paths are shown relative to it.
    """

    contract: Path
    schemas: Path
    schemas_name: str
    routes: Path
    routes_name: str
    services: Path | None
    deps: str
    versions: Path | None = None
    adapters: Path | None = None
    root: Path

    @classmethod
    def for_version(cls, root: Path, version: str, *, newest: bool = True) -> "Target":
        """Return the template's own layout."""
        return cls(
            contract=root / "spec" / version / "openapi.yaml",
            schemas=root / "app" / "schemas" / version,
            schemas_name=f"app.schemas.{version}",
            routes=root / "app" / "api" / version / "routes",
            routes_name=f"app.api.{version}.routes",
            services=root / "app" / "services" if newest else None,
            deps="app.api.deps",
            adapters=root / "app" / "api" / version / "adapters",
            versions=root / "app" / "api" / "versions.py",
            root=root,
        )

    @property
    def version(self) -> str:
        """Return the name by which code refers to the schemas, such as `v1`."""
        return self.schemas_name.rpartition(".")[2]

    @property
    def package(self) -> str:
        """Return the dotted name of the package that holds schemas and services."""
        return self.schemas_name.rpartition(".schemas.")[0]

    def show(self, path: Path) -> str:
        """Return a path as findings and headers write it."""
        return path.relative_to(self.root).as_posix()


def targets(root: Path) -> list[Target]:
    """Return every version below `spec/`, the newest last."""
    folders = (path for path in (root / "spec").glob("v*") if path.name[1:].isdigit())
    versions = sorted((path.name for path in folders), key=lambda name: int(name[1:]))
    return [Target.for_version(root, name, newest=name == versions[-1]) for name in versions]
