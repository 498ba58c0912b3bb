"""Lists and ends the caller's sessions."""

from typing import final
from uuid import UUID

from app import schemas
from app.core.crypto.cursors import Cursors
from app.core.exceptions import NotFound
from app.core.security import Principal
from app.db.models.sessions import Session
from app.db.unit_of_work import Database, retried
from app.services.accounts.session_gate import SessionGate
from app.services.support.pagination import ListQuery


@final
class Sessions(schemas.SessionsService):
    """Lists and ends the caller's sessions."""

    def __init__(self, database: Database, cursors: Cursors, gate: SessionGate) -> None:
        self._database = database
        self._cursors = cursors
        self._gate = gate

    async def list_sessions(
        self, *, limit: int, cursor: str | None, principal: Principal
    ) -> schemas.ListSessions200:
        """Return one page, the newest first.

        Raises:
            InvalidCursor: The cursor is not one that this server gave out for this list.
        """
        query = ListQuery(
            operation=schemas.operations.LIST_SESSIONS, reader=principal.user_id, filters={}
        )
        start = query.start(self._cursors, cursor)
        async with self._database.read() as work:
            visible, order = work.sessions.owned_by(principal.user_id), work.sessions.newest_first
            page = await work.sessions.list_page(visible, sort=order, start=start, limit=limit)
        next_cursor, link = query.next_page(self._cursors, page.next_position, limit)
        body = schemas.SessionPage(
            items=[_to_session(row, principal) for row in page.rows], next=next_cursor
        )
        return schemas.ListSessions200(body=body, link=link)

    @retried
    async def end_sessions(self, *, principal: Principal) -> None:
        """Sign the caller out everywhere."""
        async with self._database.write() as work:
            await self._gate.end_sessions(work, principal.user_id)

    @retried
    async def end_session(self, session_id: UUID, *, principal: Principal) -> None:
        """End one of the caller's sessions.

        Raises:
            NotFound: There is no such session, it has ended, or another user owns it.
        """
        async with self._database.write() as work:
            if not await self._gate.end(work, principal.user_id, session_id):
                raise NotFound("There is no session with this id.")


def _to_session(row: Session, principal: Principal) -> schemas.Session:
    return schemas.Session(
        id=row.id,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        user_agent=row.user_agent,
        address=row.address,
        current=row.id == principal.session_id,
    )
