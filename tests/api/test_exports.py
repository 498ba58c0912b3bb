"""Files of items, made in the background and fetched over HTTP."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import FastAPI

from app import schemas
from app.core.config import Settings
from app.main import create_app
from app.services.exports import Exports
from tests import items
from tests.apps import changed, started
from tests.clients import Caller, sign_up
from tests.exports import ask, events, finished
from tests.problems import assert_problem
from tests.versions import PREFIX
from tests.workers import working

COLUMNS = list(schemas.Item.model_fields)


@pytest.fixture
async def worker(settings: Settings, app: FastAPI) -> AsyncIterator[None]:
    """Run the tasks that the application makes."""
    async with working(settings):
        yield


@pytest.fixture
async def idle_ada(idle_client: httpx2.AsyncClient) -> Caller:
    """A user of an application that runs no tasks."""
    return await sign_up(idle_client, "Ada")


async def test_an_export_is_accepted_before_it_is_made(ada: Caller) -> None:
    answer = await ada.post("/exports", {})

    export = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"{PREFIX}/exports/{export['id']}"
    assert (export["format"], export["status"], export["rows_done"]) == ("csv", "queued", 0)


@pytest.mark.usefixtures("worker")
async def test_a_csv_file_has_every_item_once_the_oldest_first(ada: Caller) -> None:
    names = ["Oak, table", 'A "so-called" chair', "Lamp\nwith a line break", "Ünïcode ☃"]
    made = [await items.create(ada, name=name, quantity=3) for name in names]
    export = await ask(ada, format="csv")

    done = await finished(ada, export["id"])

    file = await ada.get(f"/exports/{export['id']}/file")
    rows = list(csv.DictReader(file.text.splitlines(keepends=True)))
    assert (done["status"], done["rows_done"], done["rows_total"]) == ("done", 4, 4)
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert file.headers["Content-Disposition"] == 'attachment; filename="items.csv"'
    assert list(rows[0]) == COLUMNS
    assert rows == [
        {name: "" if value is None else str(value) for name, value in item.items()} for item in made
    ]


@pytest.mark.usefixtures("worker")
async def test_each_line_of_a_json_lines_file_is_an_item(ada: Caller) -> None:
    made = await items.create(ada, name="Oak table", description=None)
    export = await ask(ada, format="jsonl")
    await finished(ada, export["id"])

    file = await ada.get(f"/exports/{export['id']}/file")

    (line,) = file.text.splitlines()
    assert file.headers["Content-Type"] == "application/jsonl"
    assert json.loads(line) == made


@pytest.mark.usefixtures("worker")
async def test_without_items_the_file_has_the_names_of_the_columns_alone(ada: Caller) -> None:
    export = await ask(ada)
    await finished(ada, export["id"])

    file = await ada.get(f"/exports/{export['id']}/file")

    assert file.text == ",".join(f'"{name}"' for name in COLUMNS) + "\r\n"


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"]


@pytest.mark.usefixtures("worker")
async def test_no_cell_of_a_csv_file_runs_as_a_formula(ada: Caller) -> None:
    """CWE-1236: a spreadsheet shows a cell that begins with a single quote as text."""
    plain = ["1=1", "'=1", "a-b"]
    for text in [*FORMULAS, *plain]:
        await items.create(ada, name=f"Oak {text!a}", description=text, quantity=3)
    export = await ask(ada, format="csv")
    await finished(ada, export["id"])

    file = await ada.get(f"/exports/{export['id']}/file")

    rows = list(csv.DictReader(io.StringIO(file.text, newline="")))
    assert [row["description"] for row in rows] == [f"'{text}" for text in FORMULAS] + plain
    # Numbers that the server writes are numbers: neither quoted nor prefixed.
    assert '"draft",3,"' in file.text


@pytest.mark.usefixtures("worker")
async def test_a_json_lines_file_keeps_text_as_it_is(ada: Caller) -> None:
    await items.create(ada, name="Oak", description="=1+1")
    export = await ask(ada, format="jsonl")
    await finished(ada, export["id"])

    file = await ada.get(f"/exports/{export['id']}/file")

    assert json.loads(file.text)["description"] == "=1+1"


async def test_a_file_is_made_in_chunks_and_its_progress_is_told(settings: Settings) -> None:
    own = changed(settings, export_chunk_rows=2, redis_prefix=f"test:{uuid4().hex}:")
    async with started(app := create_app(own)) as client, working(own):
        ada = await sign_up(client, "Ada")
        await items.create_at_once(app, ada, [f"Chair {n}" for n in range(5)])
        export = await ask(ada)

        done = await finished(ada, export["id"])

        file = await ada.get(f"/exports/{export['id']}/file")
        assert (done["rows_done"], done["rows_total"]) == (5, 5)
        assert len(file.text.splitlines()) == 6


async def test_an_unfinished_export_has_no_file(idle_ada: Caller) -> None:
    export = await ask(idle_ada)

    answer = await idle_ada.get(f"/exports/{export['id']}/file")

    problem = assert_problem(answer, 409, "conflict")
    assert answer.headers["Retry-After"] == "1"
    assert problem["detail"] == "The export is not done yet."


async def test_head_does_not_begin_a_stream(
    idle_ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, began = await ask(idle_ada), []

    async def begin(*_: object) -> AsyncIterator[bytes]:
        began.append(export)
        yield b""

    monkeypatch.setattr(Exports, "_events", begin)

    answer = await idle_ada.request("HEAD", f"/exports/{export['id']}/events")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert began == []


async def test_a_cancelled_export_stays_cancelled(idle_ada: Caller) -> None:
    ada = idle_ada
    export = await ask(ada)

    answers = [await ada.post(f"/exports/{export['id']}/cancel", None) for _ in range(2)]

    assert [answer.json()["status"] for answer in answers] == ["cancelled", "cancelled"]
    assert (await events(ada, export["id"]))[-1]["status"] == "cancelled"
    file = await ada.get(f"/exports/{export['id']}/file")
    assert_problem(file, 409, "conflict")


async def test_an_export_is_cancelled_while_its_worker_writes_all_the_time(
    ada: Caller, app: FastAPI
) -> None:
    export = await ask(ada)
    export_id, written = UUID(export["id"]), asyncio.Event()

    async def write() -> None:
        while True:
            async with app.state.resources.database.write() as work:
                row = await work.exports.get_open(export_id)
                if row is None:
                    return
                row.rows_done += 1
                await work.flush()
                # A chunk takes its time.
                await asyncio.sleep(0.2)
            written.set()

    worker = asyncio.create_task(write())
    await written.wait()
    answer = await ada.post(f"/exports/{export_id}/cancel", None)

    assert answer.json()["status"] == "cancelled", answer.text
    await worker


@pytest.mark.usefixtures("worker")
async def test_a_finished_export_cannot_be_cancelled(ada: Caller) -> None:
    export = await ask(ada)
    await finished(ada, export["id"])

    answer = await ada.post(f"/exports/{export['id']}/cancel", None)

    assert_problem(answer, 409, "conflict")


@pytest.mark.parametrize("path", ["", "/file", "/events"])
async def test_nobody_sees_the_exports_of_others(ada: Caller, bob: Caller, path: str) -> None:
    export = await ask(ada)

    answer = await bob.get(f"/exports/{export['id']}{path}")

    assert_problem(answer, 404, "not-found")


async def test_nobody_cancels_the_exports_of_others(ada: Caller, bob: Caller) -> None:
    export = await ask(ada)

    answer = await bob.post(f"/exports/{export['id']}/cancel", None)

    assert_problem(answer, 404, "not-found")


async def test_a_repeated_wish_is_one_export(ada: Caller) -> None:
    key = str(uuid4())
    wishes = [
        await ada.request("POST", "/exports", {}, **{"Idempotency-Key": key}) for _ in range(2)
    ]

    assert wishes[0].json() == wishes[1].json()
    assert wishes[1].headers["Idempotency-Replayed"] == "true"


async def test_an_unknown_format_is_refused(ada: Caller) -> None:
    answer = await ada.post("/exports", {"format": "xlsx"})

    problem = assert_problem(answer, 422, "validation-failed")
    assert problem["errors"][0]["pointer"] == "/format"


async def test_a_stream_ends_after_its_longest_life(idle_ada: Caller) -> None:
    export = await ask(idle_ada)

    seen = await events(idle_ada, export["id"])

    assert seen == [export]
