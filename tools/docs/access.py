"""The page that says who may call what; the tests send a request for every cell of it."""

from app.schemas.v1 import operations
from tests.access.matrix import COLUMNS, expected
from tests.access.rows import ROWS
from tools.docs.markdown import page, table


def access_page() -> str:
    """Return the table of operations and callers; an operation without a row says so."""
    rows = []
    for name, operation in operations.OPERATIONS.items():
        row = ROWS.get(name)
        cells = [str(expected(operation, row, it)) if row else "no row" for it in COLUMNS]
        rows.append((f"[{name}](api/v1/{operation.tag}/{name}.md)", *cells))
    head = ("Operation", *(column.name for column in COLUMNS))
    return page(
        "Access matrix",
        "Who gets which status for a valid request: every operation, called by everybody.",
        "What a path names was made for `user`; all other callers with 404 do not see it. "
        "An API key acts for `user`, too.",
        table(head, rows),
        f"`tests/access/` calls all {len(rows) * len(COLUMNS)} cells on both backends. "
        "What the callers are: [docs/AUTH_MODEL.md](../AUTH_MODEL.md).",
    )
