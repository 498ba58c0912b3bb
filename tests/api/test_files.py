"""Files are streamed to the database and back, in whole or in part."""

import hashlib
import os
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from app.db.models.files import File, FileChunk
from app.schemas import operations
from app.services import files as service
from app.services.files import CHUNK_BYTES
from tests import raw
from tests.clients import Caller, sign_in
from tests.files import PNG, stored, upload
from tests.problems import assert_problem, refused_fields
from tests.versions import PREFIX

LIMIT = 10_485_760
# Three chunks, the last one short.
CONTENT = PNG + os.urandom(2 * CHUNK_BYTES)


async def pieces(content: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def rows_of(app: FastAPI) -> tuple[int, int]:
    """Return how many files and chunks the database has."""
    async with app.state.resources.database.read() as work:
        counts = [
            await work.session.scalar(select(func.count()).select_from(model)) or 0
            for model in (File, FileChunk)
        ]
    return counts[0], counts[1]


async def get_content(caller: Caller, file_id: str, **headers: str) -> raw.Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await caller.client.get(
        f"/files/{file_id}/content", headers={**caller.headers, **named}
    )
    return raw.Answer(answer.status_code, dict(answer.headers), answer.content)


async def test_a_file_that_arrives_in_pieces_comes_back_as_it_was(ada: Caller) -> None:
    answer = await upload(ada, pieces(CONTENT))

    file = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{PREFIX}/files/{file['id']}"
    assert file == (await ada.get(f"/files/{file['id']}")).json()
    assert (file["size"], file["sha256"]) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    download = await get_content(ada, file["id"])
    assert (download.status, download.content) == (200, CONTENT)
    assert download.headers["content-type"] == "image/png"
    assert download.headers["content-length"] == str(len(CONTENT))
    assert download.headers["content-disposition"] == "attachment"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"<script>", "image/png"),
        (PNG, "image/jpeg"),
        (PNG[:7], "image/png"),
        (b"", "application/pdf"),
        (b" %PDF-1.7", "application/pdf"),
    ],
)
async def test_content_that_is_not_what_its_type_says_is_refused(
    app: FastAPI, ada: Caller, content: bytes, media_type: str
) -> None:
    before = await rows_of(app)

    answer = await upload(ada, content, media_type)

    assert_problem(answer, 400, "malformed-body")
    assert await rows_of(app) == before


async def test_a_type_that_the_contract_lacks_is_refused_unread(ada: Caller) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield b"<html>"

    answer = await upload(ada, body(), "text/html")

    assert_problem(answer, 415, "unsupported-media-type")
    assert read == 0


async def test_the_largest_file_is_stored_and_a_larger_one_leaves_nothing(
    app: FastAPI, ada: Caller
) -> None:
    largest = await upload(ada, pieces(PNG.ljust(LIMIT, b"x"), 1_000_000))
    before = await rows_of(app)

    too_large = await upload(ada, pieces(PNG.ljust(LIMIT + 1, b"x"), 1_000_000))

    assert (largest.status_code, largest.json()["size"]) == (201, LIMIT)
    assert_problem(too_large, 413, "content-too-large")
    assert await rows_of(app) == before
    await ada.delete(f"/files/{largest.json()['id']}")


async def test_an_upload_that_breaks_off_leaves_nothing(app: FastAPI, ada: Caller) -> None:
    before = await rows_of(app)
    headers = [*ada.headers.items(), ("Content-Type", "image/png")]

    await raw.send(app, "POST", f"{PREFIX}/files", headers, [CONTENT], cut_off=True)

    assert await rows_of(app) == before


async def test_nobody_sees_a_file_before_it_is_complete(app: FastAPI, ada: Caller) -> None:
    seen: list[int] = []

    async def watched() -> AsyncIterator[bytes]:
        yield CONTENT
        async with app.state.resources.database.read() as work:
            newest = await work.session.scalar(select(File.id).order_by(File.id.desc()))
        seen.append((await ada.get(f"/files/{newest}")).status_code)
        yield b"x"

    answer = await upload(ada, watched())

    assert (seen, answer.status_code) == ([404], 201)


async def test_a_user_has_a_bounded_number_of_files(
    ada: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_MAX_FILES", 1)
    await stored(ada)

    assert_problem(await upload(ada), 409, "conflict")
    assert (await upload(bob)).status_code == 201


async def test_a_deleted_file_is_gone_with_its_chunks(app: FastAPI, ada: Caller) -> None:
    before = await rows_of(app)
    file = await stored(ada, CONTENT)

    answer = await ada.delete(f"/files/{file['id']}")

    assert answer.status_code == 204
    assert_problem(await ada.get(f"/files/{file['id']}"), 404, "not-found")
    assert await rows_of(app) == before


SIZE = len(CONTENT)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=5-99", 5, 99),
        (f"bytes={CHUNK_BYTES - 1}-{CHUNK_BYTES}", CHUNK_BYTES - 1, CHUNK_BYTES),
        (f"bytes=10-{2 * CHUNK_BYTES + 3}", 10, 2 * CHUNK_BYTES + 3),
        (f"bytes={SIZE - 4}-", SIZE - 4, SIZE - 1),
        (f"bytes=4-{SIZE * 2}", 4, SIZE - 1),
        ("bytes=-3", SIZE - 3, SIZE - 1),
        (f"bytes=-{SIZE + 1}", 0, SIZE - 1),
        ("Bytes=1-2", 1, 2),
    ],
)
async def test_a_range_is_a_part_of_the_file(
    ada: Caller, asked: str, first: int, last: int
) -> None:
    file = await stored(ada, CONTENT)

    part = await get_content(ada, file["id"], Range=asked)

    assert (part.status, part.content) == (206, CONTENT[first : last + 1])
    assert part.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert part.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize(
    "asked", ["bytes=5-4", "bytes=-", "bytes=a-b", "items=0-1", "bytes=0-1,4-5"]
)
async def test_a_range_that_is_not_understood_is_ignored(ada: Caller, asked: str) -> None:
    file = await stored(ada)

    whole = await get_content(ada, file["id"], Range=asked)

    assert (whole.status, whole.content) == (200, PNG)


@pytest.mark.parametrize("asked", ["bytes=8-", "bytes=8-9", f"bytes={'9' * 18}-", "bytes=-0"])
async def test_a_range_behind_the_end_is_refused_with_the_size(ada: Caller, asked: str) -> None:
    file = await stored(ada)

    answer = await ada.request("GET", f"/files/{file['id']}/content", Range=asked)

    assert_problem(answer, 416, "range-not-satisfiable")
    assert answer.headers["Content-Range"] == "bytes */8"


@pytest.mark.parametrize(
    ("if_range", "status"),
    [("{etag}", 206), ('"other"', 200), ("W/{etag}", 200), ("Mon, 23 Nov 2026 09:00:00 GMT", 200)],
)
async def test_a_range_of_another_file_is_not_sent(ada: Caller, if_range: str, status: int) -> None:
    file = await stored(ada)
    etag = (await get_content(ada, file["id"])).headers["etag"]

    part = await get_content(
        ada, file["id"], Range="bytes=1-2", If_Range=if_range.format(etag=etag)
    )

    assert part.status == status


async def test_a_file_that_the_client_has_is_not_sent(ada: Caller) -> None:
    file = await stored(ada)
    etag = (await get_content(ada, file["id"])).headers["etag"]

    answer = await get_content(ada, file["id"], If_None_Match=etag, Range="bytes=99-")

    assert (answer.status, answer.content, answer.headers["etag"]) == (304, b"", etag)


async def test_head_describes_the_whole_file(ada: Caller) -> None:
    file = await stored(ada, CONTENT)

    answer = await ada.request("HEAD", f"/files/{file['id']}/content", Range="bytes=1-2")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(SIZE)


async def test_a_download_ends_with_the_session(
    ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ended(*_: object) -> bool:
        return False

    file = await stored(ada, CONTENT)
    monkeypatch.setattr(service, "credentials_are_valid", ended)

    with pytest.raises(Exception, match="session ended"):
        await get_content(ada, file["id"])


async def test_a_manual_route_is_guarded_like_a_generated_one(ada: Caller, bob: Caller) -> None:
    anonymous = await ada.client.post("/files", content=PNG, headers={"Content-Type": "image/png"})
    tokens = await sign_in(ada.client, ada.email, scope="files:read")
    reader = Caller(ada.email, {"Authorization": f"Bearer {tokens['access_token']}"}, ada.client)
    stray = await ada.client.post("/files?x=1", content=PNG, headers=ada.headers)
    allowed = await upload(bob)

    assert_problem(anonymous, 401, "unauthorized")
    assert_problem(await upload(reader), 403, "insufficient-scope")
    assert refused_fields(stray) == {"x": "extra-forbidden"}
    assert "burst" in allowed.headers["RateLimit"]
    assert operations.UPLOAD_FILE.is_manual
    assert UUID(allowed.json()["id"])
