"""Mail that a use case asks for, sent when its transaction is committed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from app.core.mail import MailFailed
from app.db.unit_of_work import UnitOfWork
from app.services.account_mail import AccountMail, Kind

logger = logging.getLogger(__name__)


class MailQueue:
    """Sends mail in this process, once: what a crash loses, the user asks for again.

    Args:
        mail: Writes and sends.
    """

    def __init__(self, mail: AccountMail) -> None:
        self._mail = mail
        self._running: set[asyncio.Task[None]] = set()

    async def put(self, work: UnitOfWork, kind: Kind, user_id: UUID) -> None:
        """Have a mail sent if, and only if, the transaction is committed."""

        async def start() -> None:
            task = asyncio.create_task(self._deliver(kind, user_id))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

        work.after_commit.append(start)

    async def settle(self) -> None:
        """Wait until everything that was asked for so far is sent."""
        await asyncio.gather(*self._running)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Finish what was asked for when the block ends."""
        try:
            yield
        finally:
            await self.settle()

    async def _deliver(self, kind: Kind, user_id: UUID) -> None:
        try:
            await self._mail.deliver(kind, user_id)
        except MailFailed as error:
            logger.error(  # noqa: TRY400 - the trace would hold what no log may
                "mail was not sent", extra={"kind": kind, "reason": str(error)}
            )
        except Exception:
            logger.exception("mail was not sent", extra={"kind": kind})
