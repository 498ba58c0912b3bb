"""What broken uploads left is deleted, and results of scans are stored."""

from uuid import UUID, uuid4

from sqlalchemy import select

from app import schemas
from app.db.models.files import File, FileChunk, ReceivedScan
from app.services.files import RecordScan
from app.tasks.files import DeleteBrokenUploads
from tests.tasks.conftest import Lab
from tests.tasks.test_housekeeping import LONG_AGO, add_user, do, exists, make_old


async def add_broken(lab: Lab) -> UUID:
    """Leave what an upload leaves whose process was killed."""
    owner_id = await add_user(lab)
    async with lab.resources.database.write() as work:
        file = await work.files.add(File(owner_id=owner_id, media_type="image/png"))
        await work.files.add_chunk(file.id, 0, b"png")
        return file.id


async def add_complete(lab: Lab) -> UUID:
    file_id = await add_broken(lab)
    async with lab.resources.database.write() as work:
        await work.files.complete(file_id, size=3, sha256="0" * 64)
    return file_id


async def test_what_killed_uploads_left_is_deleted_after_an_hour(lab: Lab) -> None:
    old, fresh, complete = await add_broken(lab), await add_broken(lab), await add_complete(lab)
    await make_old(lab, File, id=old, created_at=LONG_AGO)
    await make_old(lab, File, id=complete, created_at=LONG_AGO)

    await do(lab, DeleteBrokenUploads())

    ids = (old, fresh, complete)
    assert [await exists(lab, File, it) for it in ids] == [False, True, True]
    assert [await exists(lab, FileChunk, (it, 0)) for it in ids] == [False, True, True]


async def test_ids_of_webhooks_are_forgotten_when_no_replay_is_accepted(lab: Lab) -> None:
    old, fresh = f"msg_{uuid4()}", f"msg_{uuid4()}"
    async with lab.resources.database.write() as work:
        assert await work.files.note_scan(old)
        assert await work.files.note_scan(fresh)
        assert not await work.files.note_scan(old)
    await make_old(lab, ReceivedScan, id=old, received_at=LONG_AGO)

    await do(lab, DeleteBrokenUploads())

    assert [await exists(lab, ReceivedScan, it) for it in (old, fresh)] == [False, True]


async def test_the_result_of_a_scan_is_stored(lab: Lab) -> None:
    file_id, deleted = await add_complete(lab), uuid4()

    for each in (file_id, deleted):
        await do(lab, RecordScan(file_id=each, verdict=schemas.ScanVerdict.CLEAN))

    async with lab.resources.database.read() as work:
        found = await work.session.scalar(select(File.scan).where(File.id == file_id))
    assert found == "clean"
