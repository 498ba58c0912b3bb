"""Queries about users."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import Select, select

from app.db.models.users import User
from app.db.repositories.repository import Repository


class UserRepository(Repository[User]):
    """Accounts in the database."""

    model: ClassVar = User

    def self_of(self, user_id: UUID) -> Select[User]:
        """Return what a user may see of the accounts: the own one."""
        return select(User).where(User.id == user_id)

    async def find_by_email(self, email: str) -> User | None:
        """Return the account with this address; upper and lower case are the same."""
        return await self._session.scalar(select(User).where(User.email == email.lower()))

    async def has_admin(self) -> bool:
        """Tell whether any administrator exists."""
        return (
            await self._session.scalar(select(User.id).where(User.role == "admin").limit(1))
            is not None
        )
