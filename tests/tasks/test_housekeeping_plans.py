"""Every statement of a housekeeping task finds its rows by an index."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text, update

from app.db.base import Base
from app.db.models.exports import Export
from app.db.models.files import File
from app.db.models.tasks import Task
from app.db.models.users import User
from app.db.models.webhooks import WebhookDelivery
from app.db.repositories.idempotency_keys import KeyName
from app.services.support.outbox import Payload
from app.tasks.schedule import SCHEDULES
from tests.statements import Statement, watched
from tests.tasks.conftest import Lab
from tests.tasks.test_exports import add_export
from tests.tasks.test_files import add_broken
from tests.tasks.test_housekeeping import LONG_AGO, add_session, add_user, do
from tests.tasks.test_webhooks import add_delivery

PAYLOADS = [schedule.payload for schedule in SCHEDULES]
# An index with a condition holds little else than what is looked for.
PARTIAL = {
    index.name
    for table in Base.metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["postgresql"]["where"] is not None
}


async def leave_behind(lab: Lab) -> None:
    """Leave a row of each kind that housekeeping deletes."""
    user_id, task_id = await add_user(lab), await lab.add(lab.payload())
    await add_session(lab, user_id, idle_until=LONG_AGO)
    name = KeyName(principal_id=user_id, operation="createItem", key="k")
    [failed, old] = [await add_export(lab), await add_export(lab)]  # part exports
    broken = await add_broken(lab)  # part files
    changes = [
        # part exports
        update(Export).where(Export.id == failed).values(status="failed"),
        update(Export).where(Export.id == old).values(created_at=LONG_AGO),
        # end part
        update(File).where(File.id == broken).values(created_at=LONG_AGO),  # part files
        # part webhooks
        update(WebhookDelivery)
        .where(WebhookDelivery.id == await add_delivery(lab, user_id))
        .values(created_at=LONG_AGO),
        # end part
        update(Task).where(Task.id == task_id).values(status="done", finished_at=LONG_AGO),
    ]
    async with lab.resources.database.write() as work:
        await work.idempotency_keys.claim(name, "f", lease_seconds=1, life_seconds=-1)
        for change in changes:
            await work.session.execute(change)


async def delete_account(lab: Lab) -> None:
    """Leave an account that was deleted, with all that it owned."""
    user_id = await add_user(lab)
    async with lab.resources.database.write() as work:
        await work.exports.add(Export(owner_id=user_id, format="csv"))  # part exports
        await work.files.add(File(owner_id=user_id, media_type="image/png"))  # part files
        await work.users.mark_deleted(await work.session.get_one(User, user_id))
    await add_session(lab, user_id, idle_until=LONG_AGO)


def scans(node: dict[str, Any]) -> Iterator[str]:
    """Yield the parts of a plan of PostgreSQL that read a table, or an index, from end to end."""
    kind, index = node["Node Type"], node.get("Index Name")
    by_index = kind in {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}
    if kind == "Seq Scan" or (by_index and "Index Cond" not in node and index not in PARTIAL):
        yield f"{kind} {index or node['Relation Name']}"
    for child in node.get("Plans", []):
        yield from scans(child)


async def full_scans(lab: Lab, statement: Statement) -> list[str]:
    """Return what a statement would read from end to end."""
    # SET LOCAL needs a transaction, which a read need not have.
    async with lab.resources.database.write() as work:
        connection = await work.session.connection()
        if lab.settings.sqlite_file is not None:
            sql = f"EXPLAIN QUERY PLAN {statement.sql}"
            rows = (await connection.exec_driver_sql(sql, statement.parameters)).all()
            lines = [str(row[-1]) for row in rows]
            tables = "|".join(Base.metadata.tables)
            return [
                line
                for line in lines
                if re.match(rf"SCAN ({tables})\b", line) and line.split()[-1] not in PARTIAL
            ]
        # Tables that are nearly empty would be read from end to end, whatever indexes they have.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            await connection.execute(text(f"SET LOCAL enable_{way} = off"))
        sql = f"EXPLAIN (FORMAT JSON) {statement.sql}"
        found = (await connection.exec_driver_sql(sql, statement.parameters)).scalar_one()
        plan = json.loads(found) if isinstance(found, str) else found
        return list(scans(plan[0]["Plan"]))


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload.task)
async def test_housekeeping_reads_no_table_from_end_to_end(
    lab: Lab, app: FastAPI, payload: Payload
) -> None:
    await leave_behind(lab)
    await delete_account(lab)

    with watched(app) as statements:
        await do(lab, payload)

    asked = [one for one in statements if re.match("SELECT|UPDATE|DELETE", one.sql)]
    found = {one.sql: await full_scans(lab, one) for one in asked}
    assert any(one.sql.startswith("DELETE") for one in asked)
    assert {sql: faults for sql, faults in found.items() if faults} == {}


async def test_a_missing_index_would_be_found(lab: Lab, app: FastAPI) -> None:
    with watched(app) as statements:
        async with lab.resources.database.read() as work:
            await work.session.execute(
                text("SELECT id FROM sessions WHERE last_used_at < CURRENT_TIMESTAMP")
            )

    assert await full_scans(lab, statements[-1]) != []
