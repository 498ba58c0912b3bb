"""Verb `update`: merge a later version of the template into a product.

Both versions of the template are made a product with the answers of this one. What differs between
the two is then applied to the product by git, as a cherry-pick, which marks conflicts.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from spec.product.answers import FILE, read_answers
from spec.product.migrations import FOLDER, append
from spec.tools.finding import Finding, RefusedError, Where

# `make generate` writes these anew, from the contract of the product.
_GENERATED = (
    *("app/schemas/v*/", "app/schemas/__init__.py", "app/api/versions.py"),
    *("app/api/v*/routes/", "app/api/v*/adapters/generated/"),
)
_BRANCH = "refs/heads/product-update"
_NOBODY = ("-c", "user.name=template", "-c", "user.email=template@localhost")


def update(template: Path, product: Path) -> list[str]:
    """Apply to a product what changed in the template since it was made or updated.

    Args:
        template: A clone of the template, whose commit is the wanted version.
        product: A repository that `init` made, without uncommitted changes.

    Raises:
        RefusedError: The product has uncommitted changes or does not say how it was made, or the
            template does not have the commit that the product was made from.
    """
    _, old = read_answers(product / FILE)
    new = _git(template, "rev-parse", "HEAD")
    _check(template, product, old)
    if old == new:
        return [f"the product has this version of the template already, {new[:12]}"]
    with TemporaryDirectory() as name:
        folder = Path(name)
        base = _commit(template, _made(template, old, folder / "old", product))
        wanted = _commit(template, _made(template, new, folder / "new", product), base)
        _git(template, "worktree", "prune")
    _git(template, "update-ref", _BRANCH, wanted)
    _git(product, "fetch", "--quiet", str(template), _BRANCH)
    _git(template, "update-ref", "-d", _BRANCH)
    return [f"merged the template from {old[:12]} to {new[:12]}", *_merge(product)]


def _check(template: Path, product: Path, old: str) -> None:
    """Refuse what git could not merge, or could not undo."""
    if _git(product, "status", "--porcelain"):
        raise _refused(product.name, "there are uncommitted changes", "commit or stash them")
    if Path(_git(product, "rev-parse", "--show-toplevel")) != product:
        fix = "move the product into a repository of its own"
        raise _refused(product.name, "the product is a folder of a larger repository", fix)
    try:
        _git(template, "cat-file", "-e", f"{old}^{{commit}}")
    except RefusedError:
        fix = "use FROM=the repository that the product was made from"
        raise _refused(FILE.name, f"the template has no commit {old!r}", fix) from None


def _made(template: Path, commit: str, folder: Path, product: Path) -> str:
    """Make a version of the template a product, and return its tree, without generated files."""
    _git(template, "worktree", "add", "--quiet", "--detach", str(folder), commit)
    command = [sys.executable, "-m", "spec", "init", "--answers", str(product / FILE)]
    _run(folder, *command)
    _git(folder, "add", "--all")
    _git(folder, "rm", "-r", "--quiet", "--cached", "--ignore-unmatch", "--", *_GENERATED)
    return _git(folder, "write-tree")


def _commit(template: Path, tree: str, *parents: str) -> str:
    options = [option for parent in parents for option in ("-p", parent)]
    return _git(template, *_NOBODY, "commit-tree", tree, "-m", "the template", *options)


def _merge(product: Path) -> Iterator[str]:
    """Apply the fetched commit; yield what happened, and what is left to do."""
    try:
        _git(product, "-c", "merge.directoryRenames=false", "cherry-pick", "-n", "FETCH_HEAD")
    except RefusedError:
        if not (conflicts := _git(product, "diff", "--name-only", "--diff-filter=U")):
            raise
        yield from _migrations(product)
        yield from (f"conflict: {path}" for path in conflicts.splitlines())
        yield "next: resolve the conflicts, git add the files, and run make generate"
    else:
        yield from _migrations(product)
        yield from _generated(product)
    yield "next: read git diff --staged, run make check, and commit"


def _migrations(product: Path) -> Iterator[str]:
    """Let the migrations of the template follow those of the product; yield which one does."""
    added = _git(product, "diff", "--cached", "--name-only", "--diff-filter=A", "--", str(FOLDER))
    for path in append(product, [product / name for name in added.splitlines()]):
        _git(product, "add", str(path))
        yield f"{path.relative_to(product)} follows the newest migration of the product"


def _generated(product: Path) -> Iterator[str]:
    """Generate from the merged contract; yield what is left to do."""
    try:
        _run(product, sys.executable, "-m", "spec", "generate")
    except RefusedError as error:
        yield from map(str, error.findings)
        yield "next: mend the contract, and run make generate"


def _git(folder: Path, *arguments: str) -> str:
    return _run(folder, shutil.which("git") or "git", *arguments).strip()


def _run(folder: Path, *command: str) -> str:
    """Run a command and return its output; raises RefusedError with what it says."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip() or done.stdout.strip()
        raise _refused(Path(command[0]).name, said, "correct what it says, and run it again")
    return done.stdout


def _refused(where: str, message: str, fix: str) -> RefusedError:
    return RefusedError(Finding(Where(where, 1), message, fix))
