"""The signed-in user's own profile, and all accounts for administrators."""

from typing import final
from uuid import UUID

from pydantic import MISSING

from app import schemas
from app.core import audit
from app.core.audit import Event
from app.core.crypto.cursors import Cursors
from app.core.exceptions import Unauthorized
from app.core.security import Principal
from app.db.models.users import User
from app.db.unit_of_work import Database, UnitOfWork, retried
from app.services.accounts.accounts import Accounts
from app.services.accounts.administration import (
    DeleteAccounts,
    change_access,
    require_another_admin,
    to_account,
    to_user,
)
from app.services.accounts.session_gate import SessionGate
from app.services.support.outbox import enqueue
from app.services.support.pagination import ListQuery
from app.services.support.preconditions import etag, is_unchanged, require_match


@final
class Users(schemas.UsersService):
    """Reads and changes the caller's own account; for administrators, any account."""

    def __init__(
        self, database: Database, cursors: Cursors, accounts: Accounts, gate: SessionGate
    ) -> None:
        self._database = database
        self._cursors = cursors
        self._accounts = accounts
        self._gate = gate

    async def get_me(self, *, principal: Principal) -> schemas.User:
        """Return the caller's account.

        Raises:
            Unauthorized: The account of the token was deleted.
        """
        async with self._database.read() as work:
            return to_user(await _caller(work, principal))

    @retried
    async def update_me(self, body: schemas.UserUpdate, *, principal: Principal) -> schemas.User:
        """Change the fields that were sent.

        Raises:
            Unauthorized: The account of the token was deleted.
        """
        async with self._database.write() as work:
            user = await _caller(work, principal)
            if body.display_name is not MISSING:
                user.display_name = body.display_name
            await work.flush()
        return to_user(user)

    async def change_password(self, body: schemas.PasswordChange, *, principal: Principal) -> None:
        """Change the caller's password, and end the caller's other sessions.

        Raises:
            Conflict: The current password is wrong, or the new one is not accepted.
            TooManyRequests: There were too many attempts with a wrong password.
        """
        current, new = body.current_password, body.new_password
        await self._accounts.change_password(
            principal, current.get_secret_value(), new.get_secret_value()
        )

    async def request_verification(self, *, principal: Principal) -> schemas.Accepted:
        """Send mail that verifies the caller's address, unless it is verified.

        Raises:
            Unauthorized: The account of the token was deleted.
        """
        async with self._database.read() as work:
            user = await _caller(work, principal)
        if user.email_verified_at is None:
            await self._accounts.mail(user.email, "verify-email")
        return schemas.Accepted(detail="Mail is on its way, if the address still has to be proven.")

    async def list_users(
        self,
        *,
        limit: int,
        cursor: str | None,
        role: schemas.UserRole | None,
        disabled: bool | None,
        email: str | None,
        principal: Principal,
    ) -> schemas.ListUsers200:
        """Return one page of accounts, the newest first.

        Raises:
            InvalidCursor: The cursor is not one that this server gave out for this list.
        """
        filters = {
            "role": role,
            "disabled": None if disabled is None else str(disabled).lower(),
            "email": email,
        }
        query = ListQuery(
            operation=schemas.operations.LIST_USERS, reader=principal.user_id, filters=filters
        )
        start = query.start(self._cursors, cursor)
        async with self._database.read() as work:
            visible = work.users.accounts(
                role=role.value if role else None, disabled=disabled, email=email
            )
            page = await work.users.list_page(visible, sort=(), start=start, limit=limit)
        next_cursor, link = query.next_page(self._cursors, page.next_position, limit)
        body = schemas.AccountPage(items=[to_account(row) for row in page.rows], next=next_cursor)
        return schemas.ListUsers200(body=body, link=link)

    async def get_user(
        self, user_id: UUID, *, if_none_match: str | None, principal: Principal
    ) -> schemas.GetUser200 | schemas.GetUser304:
        """Return any account, or nothing new when the caller has this version.

        Raises:
            NotFound: There is no such account.
        """
        async with self._database.read() as work:
            user = await work.users.require(work.users.accounts(), user_id)
        if is_unchanged(if_none_match, etag(user.version)):
            return schemas.GetUser304(etag=etag(user.version))
        return schemas.GetUser200(body=to_account(user), etag=etag(user.version))

    @retried
    async def update_user(
        self,
        user_id: UUID,
        body: schemas.AccountUpdate,
        *,
        if_match: str | None,
        principal: Principal,
    ) -> schemas.UpdateUser200:
        """Change the fields that were sent.

        Raises:
            NotFound: There is no such account.
            PreconditionFailed: The account has changed since the caller read it.
            Conflict: The last active administrator would be demoted or disabled.
        """
        async with self._database.write() as work:
            user = await work.users.require(work.users.accounts(), user_id)
            require_match(if_match, etag(user.version))
            if body.role == schemas.UserRole.USER or body.disabled is True:
                await require_another_admin(work, user)
            if body.display_name is not MISSING:
                user.display_name = body.display_name
            events = change_access(user, body)
            await work.flush()
            if events:
                await self._gate.end_sessions(work, user.id)
        for event in events:
            audit.record(event, user_id=user_id, actor_id=str(principal.user_id))
        return schemas.UpdateUser200(body=to_account(user), etag=etag(user.version))

    @retried
    async def delete_user(
        self, user_id: UUID, *, if_match: str | None, principal: Principal
    ) -> None:
        """Delete an account for every caller at once; a task deletes what its user owns.

        Raises:
            NotFound: There is no such account.
            PreconditionFailed: The account has changed since the caller read it.
            Conflict: It is the last active administrator.
        """
        async with self._database.write() as work:
            user = await work.users.require(work.users.accounts(), user_id)
            require_match(if_match, etag(user.version))
            await require_another_admin(work, user)
            await self._gate.end_sessions(work, user.id)
            await work.account_tokens.delete_all(user.id)
            await work.users.mark_deleted(user)
            await enqueue(work, DeleteAccounts(), key=DeleteAccounts.task)
        audit.record(Event.USER_DELETED, user_id=user_id, actor_id=str(principal.user_id))


async def _caller(work: UnitOfWork, principal: Principal) -> User:
    user = await work.users.get(work.users.self_of(principal.user_id), principal.user_id)
    if user is None:
        raise Unauthorized("The account of this token was deleted.")
    return user
