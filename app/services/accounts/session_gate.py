"""Whether a session is active, and how it ends."""

from functools import partial
from uuid import UUID

from app.core import audit
from app.core.audit import Event
from app.core.security import Principal
from app.core.session_marks import SessionMarks
from app.db.unit_of_work import Database, UnitOfWork


class SessionGate:
    """Tells whether a session is active, and ends sessions for other services.

    A session ends in the caller's transaction. Other processes are notified after the commit, so
    they never hear of an end that was rolled back.

    Attributes:
        marks: The state of sessions that processes share.
    """

    def __init__(self, database: Database, marks: SessionMarks) -> None:
        self._database = database
        self.marks = marks

    async def still_lasts(self, session_id: UUID, user_id: UUID) -> bool:
        """Read from the database whether a session is active, and share the result as a mark.

        Raises:
            ServiceUnavailable: The database does not answer.
        """
        async with self._database.read() as work:
            lasts = await work.sessions.lasts(session_id, user_id)
        if lasts:
            await self.marks.note_alive(session_id)
        else:
            await self.marks.note_ended([session_id])
        return lasts

    def opened(self, work: UnitOfWork, session_id: UUID) -> None:
        """Mark a new session after the commit, so that its first request needs no query."""
        work.after_commit.append(partial(self.marks.note_alive, session_id))

    async def end(self, work: UnitOfWork, user_id: UUID, session_id: UUID) -> bool:
        """End a session in the caller's transaction; False if the user has no such session."""
        ended = await work.sessions.end(user_id, session_id)
        work.after_commit.append(partial(self.marks.note_ended, ended))
        if ended:
            work.after_commit.append(
                partial(audit.record, Event.SESSION_REVOKED, user_id=user_id, session_id=session_id)
            )
        return bool(ended)

    async def end_sessions(
        self, work: UnitOfWork, user_id: UUID, *, but: UUID | None = None
    ) -> None:
        """End the sessions of a user in the caller's transaction.

        Call it wherever an account is disabled or deleted, or its role or password changes.

        Args:
            work: The transaction; the marks are written after its commit.
            user_id: The owner of the sessions.
            but: A session that stays active.
        """
        ended = await work.sessions.end_all(user_id, but=but)
        work.after_commit.append(partial(self.marks.note_ended, ended))
        work.after_commit.append(
            partial(audit.record, Event.SESSIONS_REVOKED, user_id=user_id, count=len(ended))
        )


async def credentials_are_valid(work: UnitOfWork, principal: Principal) -> bool:
    """Return whether the credentials of an admitted caller are still valid.

    A streamed response calls this before each chunk: since its start the session may have ended,
    the API key may have been revoked, or the account disabled or deleted.
    """
    # part api_keys
    if principal.api_key_id is not None:
        return await work.api_keys.lasts(principal.api_key_id)
    # end part
    if principal.session_id is not None:
        return await work.sessions.lasts(principal.session_id, principal.user_id)
    return True
