"""Verb `init`: make the repository the product's own."""

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from spec.product.answers import Answers, write_answers
from spec.product.choices import choose
from spec.product.drop import drop, text_files, tidy
from spec.product.marks import unmarked
from spec.product.parts import parts, with_dependents

TEMPLATE = "template"
_SENTENCE = "A template for an HTTP backend in Python.\n"


def init(root: Path, answers: Answers) -> list[str]:
    """Drop parts, rename everything, and remove the marks and this tool; return what was done.

    Raises:
        RefusedError: An answer cannot be used, there is no such part, or a mark has no pair.
    """
    answers.check()
    with_dependents(answers.dropped)
    commit = _commit(root)
    done = [*choose(root, answers), *drop(root, [*answers.dropped, TEMPLATE])]
    tidy(root, list(_rewrite(root, answers)))
    write_answers(root, answers, commit)
    return [*done, f"renamed to {answers.name} ({answers.slug})"]


def optional_parts() -> Sequence[str]:
    """Return the parts that a product may keep."""
    return [name for name in parts() if name != TEMPLATE]


def _commit(root: Path) -> str:
    """Return the commit of the template; nothing where there is no history."""
    command = [shutil.which("git") or "git", "rev-parse", "--verify", "--quiet", "HEAD"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _rewrite(root: Path, answers: Answers) -> Iterable[Path]:
    """Take the marks out of all files and write the names; yield what was changed."""
    for path, text in text_files(root):
        plain = unmarked(text, path.relative_to(root)) if "part " in text else text
        new = _renamed(plain, answers)
        if new != text:
            path.write_text(new, encoding="utf-8", newline="\n")
            yield path


def _renamed(text: str, answers: Answers) -> str:
    slug = answers.slug
    for old, new in (
        (_SENTENCE, f"{answers.description}\n"),
        ("A backend whose contract comes first.", answers.description),
        ("FastAPI, contract first", answers.name),
        ("fastapi-contract-first", slug),
        ("items-api-client", f"{slug}-client"),
        ("items_api_client", f"{slug.replace('-', '_')}_client"),
        ("Items API", answers.name),
        ("itemsapi", answers.brand),
    ):
        text = text.replace(old, new)
    return text
