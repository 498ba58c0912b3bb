"""Queries about users."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import Select, select, update

from app.core.security import Role
from app.db.base import DatabaseNow
from app.db.deletion import delete_piece
from app.db.models.users import User
from app.db.repositories.repository import Repository


class UserRepository(Repository[User]):
    """Accounts in the database."""

    model: ClassVar = User
    noun: ClassVar = "account"

    def self_of(self, user_id: UUID) -> Select[User]:
        """Return the accounts that a user may see: the user's own."""
        return _present().where(User.id == user_id)

    def accounts(
        self, *, role: Role | None = None, disabled: bool | None = None, email: str | None = None
    ) -> Select[User]:
        """Return the accounts that an administrator may see: all, narrowed by the filters."""
        visible = _present()
        if role is not None:
            visible = visible.where(User.role == role)
        if disabled is not None:
            visible = visible.where(User.disabled_at.is_not(None) == disabled)
        if email is not None:
            visible = visible.where(User.email == email.lower())
        return visible

    async def lock_active_admins(self) -> set[UUID]:
        """Return the administrators who are not disabled, and lock their rows until the commit.

        SQLite needs no row locks, because it has one writer.
        """
        found = await self._session.scalars(
            select(User.id)
            .where(User.role == "admin", User.disabled_at.is_(None))
            .order_by(User.id)
            .with_for_update()
        )
        return set(found)

    async def find_by_email(self, email: str) -> User | None:
        """Return the account with this address; upper and lower case are equal."""
        return await self._session.scalar(_present().where(User.email == email.lower()))

    async def lock(self, user_id: UUID) -> User | None:
        """Return an account, and lock its row until the transaction ends."""
        return await self._session.scalar(self.self_of(user_id).with_for_update())

    async def replace_hash(self, user: User, password_hash: str) -> None:
        """Replace the hash of an unchanged password."""
        unchanged = update(User).where(User.id == user.id, User.password_hash == user.password_hash)
        await self._session.execute(unchanged.values(password_hash=password_hash))
        user.password_hash = password_hash

    async def note_verified(self, user_id: UUID) -> None:
        """Mark the address as verified, unless it is already."""
        await self._session.execute(
            update(User)
            .where(User.id == user_id, User.email_verified_at.is_(None))
            .values(email_verified_at=DatabaseNow())
        )

    async def role_of(self, user_id: UUID) -> Role:
        """Return the role of an account that exists."""
        return (await self._session.scalars(select(User.role).where(User.id == user_id))).one()

    async def mark_deleted(self, user: User) -> None:
        """Mark an account as deleted, and erase its personal data.

        The row stays until `delete_deleted` has deleted what the user owned. The address can be
        registered again at once.
        """
        user.deleted_at = user.disabled_at = await self._session.scalar(select(DatabaseNow()))
        user.email = f"deleted:{user.id}"
        user.password_hash = ""
        user.role = "user"
        user.display_name = user.email_verified_at = None
        await self._session.flush()

    async def delete_deleted(self) -> int:
        """Delete some rows of the users of deleted accounts, and finally the accounts.

        Returns:
            How many rows were deleted.
        """
        return await delete_piece(self._session, User, User.deleted_at.is_not(None))

    async def has_admin(self) -> bool:
        """Tell whether any administrator exists."""
        return (
            await self._session.scalar(select(User.id).where(User.role == "admin").limit(1))
            is not None
        )


def _present() -> Select[User]:
    """Return the accounts that are not deleted; every query for an account starts here."""
    return select(User).where(User.deleted_at.is_(None))
