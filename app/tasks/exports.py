"""Makes the files of exports."""

import csv
import io
import json
from collections.abc import Sequence

from app.db.models.exports import Export
from app.db.models.items import Item
from app.db.unit_of_work import UnitOfWork
from app.services.exports import WriteExport
from app.tasks.run import Run

_COLUMNS = ("id", "name", "description", "status", "quantity", "created_at", "updated_at")
_ORDER = ("created_at.asc",)


async def write_export(run: Run, payload: WriteExport) -> None:
    """Write the file chunk by chunk; an attempt goes on where the one before it died.

    An export that was cancelled, or deleted with its owner, is left alone.
    """
    while True:
        async with run.checkpoint() as work:
            export = await work.exports.get_open(payload.export_id)
            if export is None or not await _write_chunk(work, export, run):
                break
    async with run.finish() as work:
        export = await work.exports.get_open(payload.export_id)
        if export is not None:
            await work.exports.end(export, "done")


async def fail_export(work: UnitOfWork, payload: WriteExport) -> None:
    """Tell the owner that there will be no file."""
    export = await work.exports.get_open(payload.export_id)
    if export is not None:
        await work.exports.end(export, "failed")
        await work.exports.delete_chunks(export)


async def _write_chunk(work: UnitOfWork, export: Export, run: Run) -> bool:
    """Append the next items to the file; return whether there are more."""
    visible = work.items.owned_by(export.owner_id)
    if export.status == "queued":
        export.status = "running"
        export.rows_total = await work.items.count(visible)
    page = await work.items.list_page(
        visible,
        sort=work.items.sort_keys(_ORDER),
        start=None if export.position is None else json.loads(export.position),
        limit=run.settings.export_chunk_rows,
    )
    text = (
        _csv(page.rows, with_header=not export.chunks)
        if export.format == "csv"
        else (_json_lines(page.rows))
    )
    export.rows_done += len(page.rows)
    if page.next_position is not None:
        export.position = json.dumps(page.next_position)
    await work.exports.add_chunk(export, text.encode())
    return page.next_position is not None


def _csv(items: Sequence[Item], *, with_header: bool) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    if with_header:
        writer.writerow(_COLUMNS)
    writer.writerows(_values(item) for item in items)
    return file.getvalue()


def _json_lines(items: Sequence[Item]) -> str:
    rows = (dict(zip(_COLUMNS, _values(item), strict=True)) for item in items)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _values(item: Item) -> tuple[str | int | None, ...]:
    return (
        str(item.id),
        item.name,
        item.description,
        item.status,
        item.quantity,
        item.created_at.isoformat(),
        item.updated_at.isoformat(),
    )
