"""Queries about API keys."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select, update

from app.core.security import Role
from app.db.base import DatabaseNow
from app.db.models.api_keys import ApiKey
from app.db.models.users import User
from app.db.repositories.repository import Repository

_USE_IS_KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class UsableKey:
    """A valid key; `use_is_due` says whether to record that it was used."""

    key_id: UUID
    owner_id: UUID
    owner_role: Role
    scopes: frozenset[str]
    use_is_due: bool


class ApiKeyRepository(Repository[ApiKey]):
    """API keys in the database."""

    model: ClassVar = ApiKey
    noun: ClassVar = "API key"

    def owned_by(self, owner_id: UUID) -> Select[ApiKey]:
        """Return the keys that their owner may see."""
        return select(ApiKey).where(ApiKey.owner_id == owner_id)

    async def find_usable(self, key_hash: str) -> UsableKey | None:
        """Return the key with this hash, unless it has expired or its owner is disabled."""
        found = await self._session.execute(
            select(ApiKey.id, ApiKey.owner_id, User.role, ApiKey.scopes, _use_is_due())
            .join(User, User.id == ApiKey.owner_id)
            .where(ApiKey.key_hash == key_hash, _lasts())
        )
        row = found.one_or_none()
        if row is None:
            return None
        key_id, owner_id, role, scopes, use_is_due = row
        return UsableKey(key_id, owner_id, role, frozenset(scopes.split()), bool(use_is_due))

    async def lasts(self, key_id: UUID) -> bool:
        """Tell whether a key is still valid: it was not deleted, and its owner is active."""
        statement = select(ApiKey.id).join(User, User.id == ApiKey.owner_id)
        return (
            await self._session.scalar(statement.where(ApiKey.id == key_id, _lasts())) is not None
        )

    async def note_use(self, key_id: UUID) -> None:
        """Record that a key was used, unless another request has just done so."""
        await self._session.execute(
            update(ApiKey)
            .where(ApiKey.id == key_id, _use_is_due())
            .values(last_used_at=DatabaseNow(), updated_at=ApiKey.updated_at)
        )

    async def delete_all(self, owner_id: UUID) -> int:
        """Delete a user's keys, and return how many there were."""
        deleted = await self._session.scalars(
            delete(ApiKey).where(ApiKey.owner_id == owner_id).returning(ApiKey.id)
        )
        return len(deleted.all())


def _lasts() -> ColumnElement[bool]:
    return and_(ApiKey.expires_at > DatabaseNow(), User.disabled_at.is_(None))


def _use_is_due() -> ColumnElement[bool]:
    earlier = DatabaseNow(-_USE_IS_KEPT_SECONDS)
    return or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= earlier)
