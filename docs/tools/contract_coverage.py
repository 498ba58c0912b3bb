"""The page that says which parts of the contract the tests exercise."""

import json
from pathlib import Path

from docs.tools.markdown import page, table

FILE = ".contract-coverage.json"
"""What `make coverage` writes; see tests/contract_seen.py."""

_MEANING = {
    "operations": "The operation was called.",
    "statuses": "The application sent the status, and the response was compared with the contract.",
    "parameters": "A request had the parameter.",
    "bodies": "A request had a body of the media type.",
    "headers": "A response with the status had the header.",
    "keywords": "A request was refused because of the keyword of a schema.",
}


def contract_coverage_page(root: Path) -> str:
    """Return the page; without a report it only says how to make one."""
    title, about = "Contract coverage", (
        "`make coverage` runs the tests that are not slow, and fails if they see less than 95 % of "
        "the statuses that the contract declares. Responses of mocks do not count."
    )
    meaning = table(("Part", "It is exercised when"), list(_MEANING.items()))
    if not (root / FILE).is_file():
        return page(title, about, meaning, "There is no report yet. Run `make coverage`.")
    report = json.loads((root / FILE).read_text(encoding="utf-8"))
    rows = [
        (kind, f"{found['declared'] - len(found['missing'])}", f"{found['declared']}")
        for kind, found in report.items()
    ]
    missing = [
        part
        for kind, found in report.items()
        if found["missing"]
        for part in (
            f"## Not exercised: {kind}",
            "\n".join(f"- `{name}`" for name in found["missing"]),
        )
    ]
    return page(title, about, meaning, table(("Part", "Seen", "Declared"), rows), *missing)
