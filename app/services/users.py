"""The signed-in user's own profile, and all accounts for administrators."""

import logging
from datetime import UTC, datetime
from typing import final
from uuid import UUID

from pydantic import MISSING

from app.core.exceptions import Conflict, NotFound, Unauthorized
from app.core.security import Cursors, Principal
from app.db.models.users import User
from app.db.unit_of_work import Database, UnitOfWork, retried
from app.schemas import v1
from app.services.pagination import ListQuery
from app.services.preconditions import etag, is_unchanged, require_match

audit = logging.getLogger("audit")

_PATH = "/api/v1/users"


@final
class Users(v1.UsersService):
    """Reads and changes the caller's own account; for administrators, any account."""

    def __init__(self, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors

    async def get_me(self, *, principal: Principal) -> v1.User:
        """Return the caller's account.

        Raises:
            Unauthorized: The account that the token was issued to is gone.
        """
        async with self._database.read() as work:
            return to_user(await _caller(work, principal))

    @retried
    async def update_me(self, body: v1.UserUpdate, *, principal: Principal) -> v1.User:
        """Change the fields that were sent.

        Raises:
            Unauthorized: The account that the token was issued to is gone.
        """
        async with self._database.write() as work:
            user = await _caller(work, principal)
            if body.display_name is not MISSING:
                user.display_name = body.display_name
            await work.users.update(user)
        return to_user(user)

    async def list_users(
        self,
        *,
        limit: int,
        cursor: str | None,
        role: v1.UserRole | None,
        disabled: bool | None,
        email: str | None,
        principal: Principal,
    ) -> v1.ListUsers200:
        """Return one page of accounts, the newest first.

        Raises:
            NotFound: The cursor is not one that this server gave out for this list.
        """
        filters = {
            "role": role,
            "disabled": None if disabled is None else str(disabled).lower(),
            "email": email,
        }
        query = ListQuery(path=_PATH, reader=principal.user_id, filters=filters)
        start = None if cursor is None else self._cursors.decode(cursor, query.scope)
        async with self._database.read() as work:
            visible = work.users.accounts(
                role=role.value if role else None, disabled=disabled, email=email
            )
            page = await work.users.list_page(visible, sort=(), start=start, limit=limit)
        body = v1.AccountPage(items=[_to_account(row) for row in page.rows], next=None)
        if page.next_position is None:
            return v1.ListUsers200(body=body)
        body.next = self._cursors.encode(page.next_position, query.scope)
        return v1.ListUsers200(body=body, link=query.next_link(body.next, limit))

    async def get_user(
        self, user_id: UUID, *, if_none_match: str | None, principal: Principal
    ) -> v1.GetUser200 | v1.GetUser304:
        """Return any account, or nothing new when the caller has this version.

        Raises:
            NotFound: There is no such account.
        """
        async with self._database.read() as work:
            user = await _account(work, user_id)
        if is_unchanged(if_none_match, etag(user.version)):
            return v1.GetUser304(etag=etag(user.version))
        return v1.GetUser200(body=_to_account(user), etag=etag(user.version))

    @retried
    async def update_user(
        self, user_id: UUID, body: v1.AccountUpdate, *, if_match: str | None, principal: Principal
    ) -> v1.UpdateUser200:
        """Change the fields that were sent.

        Raises:
            NotFound: There is no such account.
            PreconditionFailed: The account has changed since the caller read it.
            Conflict: The last active administrator would be demoted or disabled.
        """
        async with self._database.write() as work:
            user = await _account(work, user_id)
            require_match(if_match, etag(user.version))
            if body.role == v1.UserRole.USER or body.disabled is True:
                await _require_another_admin(work, user)
            if body.display_name is not MISSING:
                user.display_name = body.display_name
            events = _change_access(user, body)
            await work.users.update(user)
        for event in events:
            _audit(event, user_id, principal)
        return v1.UpdateUser200(body=_to_account(user), etag=etag(user.version))

    @retried
    async def delete_user(
        self, user_id: UUID, *, if_match: str | None, principal: Principal
    ) -> None:
        """Delete an account with all that its user owns.

        Raises:
            NotFound: There is no such account.
            PreconditionFailed: The account has changed since the caller read it.
            Conflict: It is the last active administrator.
        """
        async with self._database.write() as work:
            user = await _account(work, user_id)
            require_match(if_match, etag(user.version))
            await _require_another_admin(work, user)
            await work.idempotency_keys.forget(user.id)
            await work.users.delete(user)
        _audit("user.deleted", user_id, principal)


def to_user(user: User) -> v1.User:
    """Return the account as the contract shows it."""
    return v1.User(
        id=user.id,
        email=user.email,
        display_name=user.display_name,
        created_at=user.created_at,
        updated_at=user.updated_at,
    )


def _to_account(user: User) -> v1.Account:
    return v1.Account(
        **to_user(user).model_dump(),
        role=v1.UserRole(user.role),
        email_verified_at=user.email_verified_at,
        disabled_at=user.disabled_at,
    )


async def _caller(work: UnitOfWork, principal: Principal) -> User:
    user = await work.users.get(work.users.self_of(principal.user_id), principal.user_id)
    if user is None:
        raise Unauthorized("The account that this token was issued to is gone.")
    return user


async def _account(work: UnitOfWork, user_id: UUID) -> User:
    user = await work.users.get(work.users.accounts(), user_id)
    if user is None:
        raise NotFound("There is no account with this id.")
    return user


async def _require_another_admin(work: UnitOfWork, user: User) -> None:
    if user.role != "admin" or user.disabled_at is not None:
        return
    if await work.users.lock_active_admins() <= {user.id}:
        raise Conflict("This is the last active administrator; make somebody else one first.")


def _change_access(user: User, body: v1.AccountUpdate) -> list[str]:
    """Set role and state of an account; return an audit event for each that differs now."""
    events = []
    if body.role is not MISSING and body.role != user.role:
        user.role = body.role.value
        events.append("user.role_changed")
    if body.disabled is not MISSING and body.disabled != (user.disabled_at is not None):
        user.disabled_at = datetime.now(UTC) if body.disabled else None
        events.append("user.disabled" if body.disabled else "user.enabled")
    return events


def _audit(event: str, user_id: UUID, principal: Principal) -> None:
    audit.info(event, extra={"actor_id": principal.user_id, "user_id": user_id})
