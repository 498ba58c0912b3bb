"""Verb `resource`: write a resource in every layer, ready to be changed."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from spec.resource.fields import KINDS, parse
from spec.resource.known import check_free, references
from spec.resource.names import Resource, check_lengths, check_words, refused, singular_of
from spec.resource.plan import changed, created
from spec.tools.generate import generate
from spec.tools.target import Target, targets

_MOST_FIELDS = 25
_MOST_FILTERS = 6
_NEXT = (
    "Read the migration, then: make migrate",
    "Change what it wrote as you like; docs/how-to/add-a-resource.md explains it. Then: make check",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `resource`; without a name, the command asks for them."""
    parser.add_argument("name", nargs="?", default="", help="plural, such as order_lines")
    parser.add_argument("--fields", default="", help="such as 'name:string(1..120) due:date?'")
    parser.add_argument(
        "--ownership",
        default="user",
        help="user: each belongs to a user; none: administrators change them, all users read them",
    )
    parser.add_argument("--singular", default="", help="where it cannot be derived from the name")


def resource(options: argparse.Namespace, target: Target) -> list[str]:
    """Write a resource; return what was written.

    Raises:
        RefusedError: An argument is wrong, or a file that it needs; nothing was written.
    """
    if not options.name:
        _ask(options)
    made = _resource(options, target.root)
    new = created(made, target)
    check_free(made, target, new[f"spec/{target.version}/{made.tag}.yaml"])
    for path in new:
        if (target.root / path).exists():
            raise refused(path, "the file is there already", "remove it, or use another name")
    written = _write({**new, **changed(made, target)}, target)
    return [*(f"wrote {path}" for path in new), *written, *_NEXT]


def _resource(options: argparse.Namespace, root: Path) -> Resource:
    """Return the resource that the arguments describe; raises RefusedError."""
    if options.ownership not in {"user", "none"}:
        fix = "use ownership=user or ownership=none"
        raise refused("ownership", f"the ownership {options.ownership!r} is unknown", fix)
    fields = parse(options.fields)
    singular = singular_of(options.name, options.singular)
    check_words(options.name, singular)
    is_owned = options.ownership == "user"
    made = Resource(
        tag=options.name,
        singular=singular,
        fields=tuple(fields),
        is_owned=is_owned,
        references=references(fields, root=root, is_owned=is_owned),
    )
    if all(field.kind == "ref" for field in fields):
        raise refused("fields", "all fields are references", "add a field of another kind")
    if len(fields) > _MOST_FIELDS or len(made.filters) > _MOST_FILTERS:
        most = f"{_MOST_FIELDS} fields, {_MOST_FILTERS} of them of the kinds enum, bool and ref"
        raise refused("fields", "there are too many", f"start with at most {most}")
    check_lengths(made)
    return made


def _ask(options: argparse.Namespace) -> None:
    """Ask for the arguments."""
    if not sys.stdin.isatty():
        fix = 'run make resource name=projects fields="name:string(1..120) due:date?"'
        raise refused("name", "the name is missing", fix)
    options.name = input("Name, in the plural, such as projects: ").strip()
    print("Fields, one a line; an empty line ends them. A `?` allows null, `=` gives a default.")
    print("\n".join(f"  name:{kind}" for kind in KINDS.values()))
    words = []
    while word := input("Field: ").strip():
        words.append(word)
    options.fields = " ".join(words)
    options.ownership = input("Who owns each of them, user or none [user]: ").strip() or "user"


def _write(files: Mapping[str, str], target: Target) -> list[str]:
    """Write all files and generate, or restore what was there; return what was generated."""
    paths = {target.root / path: text for path, text in files.items()}
    before = {path: path.read_bytes() if path.is_file() else None for path in paths}
    try:
        for path, text in paths.items():
            path.write_text(text, encoding="utf-8", newline="\n")
        return generate(targets(target.root))
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        raise
