"""The mail that an application sent while it has no mail server."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import func, select

from app.db.models.tasks import Task
from app.db.unit_of_work import Database
from app.services.accounts.mail import SendAccountMail
from tests.waiting import until
from tests.workers import working


async def mail_to(app: FastAPI, address: str) -> list[EmailMessage]:
    """Return what an address got so far, the oldest first."""
    await settle(app)
    files = sorted(app.state.settings.mail_folder.glob("*.eml"))
    texts = [text for text in map(Path.read_bytes, files) if address.encode() in text]
    messages = [message_from_bytes(text, policy=policy.default) for text in texts]
    return [message for message in messages if message["To"] == address]


async def settle(app: FastAPI) -> None:
    """Wait until all mail that was asked for is sent."""
    database: Database = app.state.resources.database
    waiting = select(func.count()).where(
        Task.name == SendAccountMail.task, Task.status != "done", Task.last_error.is_(None)
    )

    async def none_waits() -> bool:
        async with database.read() as work:
            return not await work.session.scalar(waiting)

    async with working(app.state.settings):
        await until(none_waits)


async def code_for(app: FastAPI, address: str, subject: str) -> str:
    """Return the code in the latest mail of a subject."""
    texts = [m.get_content() for m in await mail_to(app, address) if subject in m["Subject"]]
    found = re.search(r"Code: (\S+)", texts[-1])
    assert found, texts[-1]
    return found[1]
