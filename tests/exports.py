"""Exports over HTTP, as several test modules want them."""

import json
from typing import Any

from tests.clients import Caller
from tests.waiting import until


async def ask(caller: Caller, **body: object) -> dict[str, Any]:
    answer = await caller.post("/exports", body)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def events(caller: Caller, export_id: str) -> list[dict[str, Any]]:
    """Follow an export to the end of its stream."""
    answer = await caller.get(f"/exports/{export_id}/events")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    return [
        json.loads(block.removeprefix("event: export\ndata: "))
        for block in answer.text.split("\n\n")
        if block.startswith("event: export\n")
    ]


async def finished(caller: Caller, export_id: str) -> dict[str, Any]:
    """Return the export once nothing more happens to it."""
    export: dict[str, Any] = {}

    async def has_ended() -> bool:
        export.update((await caller.get(f"/exports/{export_id}")).json())
        return export["status"] not in {"queued", "running"}

    await until(has_ended)
    return export
