"""Run as `python -m tools.docs generate | check | stage <folder>`."""

import argparse
import sys
from pathlib import Path

from tools.docs.generate import check, generate
from tools.docs.pages import ROOT, build_pages


def main() -> int:
    """Run a verb; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs", description="Reference pages.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")
    verbs.add_parser("generate", help="write the reference pages")
    verbs.add_parser("check", help="fail when a reference page on disk is not up to date")
    stage = verbs.add_parser("stage", help="copy all pages to a folder, for another site builder")
    stage.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.verb == "stage":
        return _stage(arguments.folder)
    lines = generate(ROOT) if arguments.verb == "generate" else check(ROOT)
    stale = arguments.verb == "check" and bool(lines)
    if stale:
        lines.append("The reference pages are not up to date. Fix: make generate")
    print("\n".join(lines), end="\n" if lines else "", file=sys.stderr if stale else sys.stdout)
    return int(stale)


def _stage(folder: Path) -> int:
    for address, page in build_pages().items():
        path = folder / address
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page.text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
