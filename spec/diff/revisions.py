"""The contracts of another git revision."""

import json
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from spec.tools.bundle import assemble
from spec.tools.contract import Contract
from spec.tools.finding import RefusedError, Where
from spec.tools.target import Target, targets

# Where a contract was published, if nobody says; the last release is looked for before.
_BRANCHES = ("origin/main", "main")


def git(root: Path, *arguments: str) -> bytes:
    """Return what git prints; nothing if it fails."""
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],  # noqa: S607 - the developer's own git
        capture_output=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else b""


def default_base(root: Path) -> str:
    """Return the tag of the last release, or the main branch; empty if there is neither."""
    tag = git(root, "describe", "--tags", "--abbrev=0", "--match=v[0-9]*").decode().strip()
    return next((name for name in (tag, *_BRANCHES) if name and commit_of(root, name)), "")


def commit_of(root: Path, revision: str) -> str:
    """Return the commit at which HEAD left the revision; empty if there is no such revision."""
    name = git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    left = git(root, "merge-base", name.decode().strip(), "HEAD") if name else b""
    return (left or name).decode().strip()


def contracts_at(root: Path, commit: str) -> dict[str, Contract]:
    """Return every version's contract; raises RefusedError if one cannot be read."""
    archive = git(root, "archive", "--format=tar", commit, "spec")
    if not archive:
        return {}
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        return {target.version: _contract(root, commit, target) for target in targets(Path(folder))}


def _contract(root: Path, commit: str, target: Target) -> Contract:
    """Bundle the files; an old contract may only exist as the document that was committed."""
    try:
        return assemble(target)
    except RefusedError:
        if bundled := bundled_at(root, commit, target.version):
            return bundled
        raise


def bundled_at(root: Path, commit: str, version: str) -> Contract | None:
    """Return the document that was committed; all of it is on its first line."""
    path = f"app/schemas/{version}/openapi.json"
    text = git(root, "show", f"{commit}:{path}")
    return Contract(f"spec/{version}", json.loads(text), {(): Where(path, 1)}) if text else None


def nothing(version: str) -> Contract:
    """Return a contract without operations."""
    folder = f"spec/{version}"
    return Contract(folder, {}, {(): Where(f"{folder}/openapi.yaml", 1)})
