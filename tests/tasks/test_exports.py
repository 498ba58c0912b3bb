"""Old exports, and files that nobody can download, are deleted."""

from uuid import UUID

from app.db.models.exports import Export, ExportChunk
from app.tasks.exports import DeleteOldExports
from tests.tasks.conftest import Lab
from tests.tasks.test_housekeeping import LONG_AGO, add_user, do, exists, make_old


async def add_export(lab: Lab) -> UUID:
    owner_id = await add_user(lab)
    async with lab.resources.database.write() as work:
        added = await work.exports.add(Export(owner_id=owner_id, format="csv"))
        export = await work.session.get_one(Export, added.id)
        await work.exports.add_chunk(export, b"id")
        return export.id


async def test_old_exports_are_deleted_with_their_files(lab: Lab) -> None:
    old, fresh = await add_export(lab), await add_export(lab)
    await make_old(lab, Export, id=old, created_at=LONG_AGO)

    await do(lab, DeleteOldExports())

    assert not await exists(lab, Export, old)
    assert not await exists(lab, ExportChunk, (old, 0))
    assert await exists(lab, ExportChunk, (fresh, 0))


async def test_files_of_exports_that_ended_without_one_are_deleted(lab: Lab) -> None:
    cancelled, failed, running = [await add_export(lab) for _ in range(3)]
    await make_old(lab, Export, id=cancelled, status="cancelled")
    await make_old(lab, Export, id=failed, status="failed")

    await do(lab, DeleteOldExports())

    ids = (cancelled, failed, running)
    assert [await exists(lab, ExportChunk, (it, 0)) for it in ids] == [False, False, True]
    assert [await exists(lab, Export, it) for it in ids] == [True, True, True]


async def test_a_large_file_is_deleted_in_several_transactions(lab: Lab) -> None:
    export_id = await add_export(lab)
    async with lab.resources.database.write() as work:
        for number in range(1, 120):
            work.session.add(ExportChunk(export_id=export_id, number=number, data=b""))
    await make_old(lab, Export, id=export_id, created_at=LONG_AGO)

    await do(lab, DeleteOldExports())

    assert not await exists(lab, Export, export_id)


async def test_the_rows_of_exports_without_a_file_are_looked_at_once(lab: Lab) -> None:
    export_id = await add_export(lab)
    await make_old(lab, Export, id=export_id, status="failed")

    await do(lab, DeleteOldExports())

    async with lab.resources.database.read() as work:
        export = await work.session.get_one(Export, export_id)
    assert (export.chunks, export.version) == (0, 4)
