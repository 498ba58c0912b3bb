"""Whether a session still lasts, and its end."""

from functools import partial
from uuid import UUID

from app.core import audit
from app.core.audit import Event
from app.core.security import Principal
from app.core.session_marks import SessionMarks
from app.db.unit_of_work import Database, UnitOfWork


class SessionGate:
    """Tells whether a session still lasts, and ends sessions for other services.

    A session ends in the caller's transaction. The other processes are notified after the commit,
    so never of an end that was rolled back.
    """

    def __init__(self, database: Database, marks: SessionMarks) -> None:
        self._database = database
        self._marks = marks

    async def still_lasts(self, session_id: UUID, user_id: UUID) -> bool:
        """Ask the database whether a session without a mark lasts, and mark it.

        Raises:
            ServiceUnavailable: The database does not answer.
        """
        async with self._database.read() as work:
            lasts = await work.sessions.lasts(session_id, user_id)
        if lasts:
            await self._marks.note_alive(session_id)
        else:
            await self._marks.note_ended([session_id])
        return lasts

    def opened(self, work: UnitOfWork, session_id: UUID) -> None:
        """Spare the first request of a new session the question, once it is committed."""
        work.after_commit.append(partial(self._marks.note_alive, session_id))

    async def end(self, work: UnitOfWork, user_id: UUID, session_id: UUID) -> bool:
        """End one session in the caller's transaction; False where the user has none such."""
        ended = await work.sessions.end(user_id, session_id)
        work.after_commit.append(partial(self._marks.note_ended, ended))
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
            user_id: Whose sessions.
            but: A session that goes on.
        """
        ended = await work.sessions.end_all(user_id, but=but)
        work.after_commit.append(partial(self._marks.note_ended, ended))
        work.after_commit.append(
            partial(audit.record, Event.SESSIONS_REVOKED, user_id=user_id, count=len(ended))
        )


async def still_let_in(work: UnitOfWork, principal: Principal) -> bool:
    """Return whether the credentials of an admitted caller are still valid.

    An answer that lasts asks before each piece: the session may have ended since, the API key may
    be revoked, the account disabled or deleted.
    """
    # part api_keys
    if principal.api_key_id is not None:
        return await work.api_keys.lasts(principal.api_key_id)
    # end part
    if principal.session_id is not None:
        return await work.sessions.lasts(principal.session_id, principal.user_id)
    return True
