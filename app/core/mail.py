"""Sends mail: through a mail server in production, to files in development."""

import logging
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from typing import Literal, Protocol

from anyio import to_thread
from uuid_utils.compat import uuid7

from app.core.config import Settings

logger = logging.getLogger(__name__)

Security = Literal["starttls", "tls", "none"]

_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A plain-text mail to one address.

    Attributes:
        key: Identifies the mail, so that receivers recognise one that is sent twice.
    """

    key: str
    to: str
    subject: str
    text: str

    def message(self, sender: str) -> EmailMessage:
        """Return the mail in the format of RFC 5322."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, self.to, self.subject
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{self.key}@{sender.rpartition('@')[2]}>"
        # Prevents automatic replies such as vacation notices.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.text)
        return message


class MailFailed(Exception):
    """The mail server did not accept the mail; a later attempt may succeed."""


class Mailer(Protocol):
    """Sends mail."""

    async def send(self, mail: Mail) -> None:
        """Send a mail.

        Raises:
            MailFailed: The mail was not accepted.
        """
        ...


class FileMailer:
    """Writes mail to files, for development; a log must not contain its tokens."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Write the mail, and log the path of its file."""
        file = self._folder / f"{uuid7()}.eml"
        await to_thread.run_sync(self._write, file, bytes(mail.message(self._sender)))
        logger.info("mail written to a file", extra={"file": str(file), "subject": mail.subject})

    def _write(self, file: Path, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The submission server for mail (RFC 6409), and how to connect to it."""

    host: str
    port: int
    security: Security
    username: str | None
    password: str | None


class SmtpMailer:
    """Sends mail to a server, with one connection per mail."""

    def __init__(self, server: MailServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Send the mail to the server.

        Raises:
            MailFailed: The server does not answer, or refuses the mail.
        """
        await to_thread.run_sync(self._send, mail)

    def _send(self, mail: Mail) -> None:
        try:
            with self._connect() as connection:
                if self._server.username is not None:
                    connection.login(self._server.username, self._server.password or "")
                connection.send_message(mail.message(self._sender))
        except (OSError, smtplib.SMTPException) as error:
            # The server's message may contain the address, so only the type is kept.
            raise MailFailed(type(error).__name__) from error

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=_TIMEOUT_SECONDS, context=context
            )
        connection = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_SECONDS)
        if server.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        return connection


def make_mailer(settings: Settings) -> Mailer:
    """Return the mail server of the settings, or a folder if there is none."""
    if settings.smtp_host is None:
        return FileMailer(settings.mail_folder, settings.mail_from)
    password = settings.smtp_password
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
    )
    return SmtpMailer(server, settings.mail_from)
