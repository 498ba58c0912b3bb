"""Writes the files of exports, and deletes old ones."""

import csv
import io
import json
from collections.abc import Sequence
from typing import ClassVar

from app import schemas
from app.db.models.exports import Export
from app.db.unit_of_work import UnitOfWork
from app.services.exports import WriteExport
from app.services.items import to_item
from app.tasks.engine.context import TaskContext
from app.tasks.housekeeping import Housekeeping, delete_all

_ORDER = ("created_at.asc",)
# Characters that start a formula in a spreadsheet; the last four are full-width.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class DeleteOldExports(Housekeeping):
    """Delete files of failed and cancelled exports, and all exports after `EXPORT_KEEP_SECONDS`."""

    task: ClassVar = "delete_old_exports"


async def write_export(context: TaskContext, payload: WriteExport) -> None:
    """Write the file chunk by chunk; an attempt continues where the previous one ended.

    An export that was cancelled, or deleted with its owner, is skipped.
    """
    while True:
        async with context.checkpoint() as work:
            export = await work.exports.get_open(payload.export_id)
            if export is None or not await _write_chunk(work, export, context):
                break
    async with context.finish() as work:
        export = await work.exports.get_open(payload.export_id)
        if export is not None:
            await work.exports.end(export, "done")


async def fail_export(work: UnitOfWork, payload: WriteExport) -> None:
    """Mark the export as failed, so that its owner sees that there is no file."""
    export = await work.exports.get_open(payload.export_id)
    if export is not None:
        await work.exports.end(export, "failed")


async def restart_export(work: UnitOfWork, payload: WriteExport) -> None:
    """Start a failed export again, from its first row."""
    await work.exports.restart(payload.export_id)


async def delete_old_exports(context: TaskContext, _: DeleteOldExports) -> None:
    """Delete files that cannot be downloaded, then old exports."""
    age = context.settings.export_keep_seconds
    await delete_all(context, lambda work: work.exports.delete_unwanted_files())
    await delete_all(context, lambda work: work.exports.delete_old(older_than_seconds=age))


async def _write_chunk(work: UnitOfWork, export: Export, context: TaskContext) -> bool:
    """Append the next items to the file; return whether there are more."""
    visible = work.items.owned_by(export.owner_id)
    if export.status == "queued":
        export.status = "running"
        export.rows_total = await work.items.count(visible)
    page = await work.items.list_page(
        visible,
        sort=work.items.sort_keys(_ORDER),
        start=None if export.position is None else json.loads(export.position),
        limit=context.settings.export_chunk_rows,
    )
    rows = [to_item(row) for row in page.rows]
    is_csv = export.format == "csv"
    text = _csv(rows, with_header=not export.chunks) if is_csv else _json_lines(rows)
    export.rows_done += len(rows)
    if page.next_position is not None:
        export.position = json.dumps(page.next_position)
    await work.exports.add_chunk(export, text.encode())
    return page.next_position is not None


def _csv(rows: Sequence[schemas.Item], *, with_header: bool) -> str:
    """Return rows as CSV (RFC 4180), with all texts quoted and no formulas."""
    file = io.StringIO()
    writer = csv.DictWriter(file, schemas.Item.model_fields, quoting=csv.QUOTE_NONNUMERIC)
    if with_header:
        writer.writeheader()
    for row in rows:
        cells = row.model_dump(mode="json")
        writer.writerow({name: _as_text(value) for name, value in cells.items()})
    return file.getvalue()


def _as_text(value: object) -> object:
    """Prefix a text that a spreadsheet would run as a formula (CWE-1236; OWASP, CSV Injection).

    Numbers are not prefixed, because the server wrote them: their minus sign starts no formula.
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _json_lines(rows: Sequence[schemas.Item]) -> str:
    return "".join(f"{row.model_dump_json()}\n" for row in rows)
