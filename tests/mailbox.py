"""The mail that an application sent while it has no mail server."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from fastapi import FastAPI


async def mail_to(app: FastAPI, address: str) -> list[EmailMessage]:
    """Return what an address got so far, the oldest first."""
    await app.state.resources.sign_in.mail_queue.settle()
    folder = app.state.settings.mail_folder
    messages = [
        message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in sorted(folder.glob("*.eml"))
    ]
    return [message for message in messages if message["To"] == address]


async def code_for(app: FastAPI, address: str, subject: str) -> str:
    """Return the code in the latest mail of a subject."""
    texts = [m.get_content() for m in await mail_to(app, address) if subject in m["Subject"]]
    found = re.search(r"Code: (\S+)", texts[-1])
    assert found, texts[-1]
    return found[1]
