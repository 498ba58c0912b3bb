"""Keys with which machines act for their user."""

from collections import OrderedDict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import final
from uuid import UUID

from app import schemas
from app.core import audit
from app.core.audit import Event
from app.core.crypto.api_keys import hash_of, is_key, make_key, prefix_of
from app.core.crypto.cursors import Cursors
from app.core.exceptions import (
    InsufficientScope,
    LostRace,
    ServiceUnavailable,
    Unauthorized,
)
from app.core.security import ROLE_SCOPES, Principal
from app.db.models.api_keys import ApiKey
from app.db.unit_of_work import Database, retried
from app.services.support.pagination import ListQuery

_MAX_OWNERS = 10_000


@final
class ApiKeys(schemas.ApiKeysService):
    """Creates, lists and revokes the caller's keys, and authenticates by key."""

    def __init__(self, database: Database, cursors: Cursors) -> None:
        self._database = database
        self._cursors = cursors
        self._owners: OrderedDict[str, UUID] = OrderedDict()

    async def list_api_keys(
        self, *, limit: int, cursor: str | None, principal: Principal
    ) -> schemas.ListApiKeys200:
        """Return one page, the newest first.

        Raises:
            InvalidCursor: The cursor is not one that this server gave out for this list.
        """
        query = ListQuery(
            operation=schemas.operations.LIST_API_KEYS, reader=principal.user_id, filters={}
        )
        start = query.start(self._cursors, cursor)
        async with self._database.read() as work:
            visible = work.api_keys.owned_by(principal.user_id)
            page = await work.api_keys.list_page(visible, sort=(), start=start, limit=limit)
        next_cursor, link = query.next_page(self._cursors, page.next_position, limit)
        body = schemas.ApiKeyPage(items=[_to_api_key(row) for row in page.rows], next=next_cursor)
        return schemas.ListApiKeys200(body=body, link=link)

    @retried
    async def create_api_key(
        self, body: schemas.ApiKeyCreate, *, principal: Principal
    ) -> schemas.CreateApiKey201:
        """Create a key with the requested scopes; only this response contains it.

        Raises:
            InsufficientScope: The caller's own token lacks a scope that the key should have.
            Unauthorized: The caller's account was deleted or disabled.
        """
        if missing := set(body.scopes) - principal.scopes:
            raise InsufficientScope(sorted(missing))
        key = make_key()
        async with self._database.write() as work:
            owner = await work.users.get(work.users.self_of(principal.user_id), principal.user_id)
            if owner is None or owner.disabled_at is not None:
                raise Unauthorized("The account of this token was deleted or disabled.")
            row = await work.api_keys.add(
                ApiKey(
                    owner_id=owner.id,
                    name=body.name,
                    prefix=prefix_of(key),
                    key_hash=hash_of(key),
                    scopes=" ".join(sorted(set(body.scopes))),
                    expires_at=datetime.now(UTC) + timedelta(days=body.expires_in_days),
                )
            )
        audit.record(Event.API_KEY_CREATED, user_id=principal.user_id, api_key_id=str(row.id))
        created = schemas.ApiKeyCreated(key=key, **_to_api_key(row).model_dump())
        return schemas.CreateApiKey201(body=created, location=f"/api-keys/{row.id}")

    async def get_api_key(self, api_key_id: UUID, *, principal: Principal) -> schemas.ApiKey:
        """Return one of the caller's keys, without its secret.

        Raises:
            NotFound: There is no such key, or another user owns it.
        """
        async with self._database.read() as work:
            visible = work.api_keys.owned_by(principal.user_id)
            return _to_api_key(await work.api_keys.require(visible, api_key_id))

    @retried
    async def revoke_api_key(self, api_key_id: UUID, *, principal: Principal) -> None:
        """Delete one of the caller's keys; it is refused from the commit on.

        Raises:
            NotFound: There is no such key, or another user owns it.
        """
        async with self._database.write() as work:
            visible = work.api_keys.owned_by(principal.user_id)
            await work.api_keys.delete(await work.api_keys.require(visible, api_key_id))
        audit.record(Event.API_KEY_REVOKED, user_id=principal.user_id, api_key_id=str(api_key_id))

    def last_owner(self, key: str) -> UUID | None:
        """Return the owner of a key that this process accepted before; it may be revoked by now."""
        return self._owners.get(hash_of(key))

    async def authenticate(self, key: str) -> Principal:
        """Return the owner and the scopes of a key; they never exceed those of the owner's role.

        Raises:
            Unauthorized: The key is malformed, unknown, revoked or expired, or its owner is
                disabled.
        """
        if not is_key(key):
            raise _refused()
        key_hash = hash_of(key)
        async with self._database.read() as work:
            found = await work.api_keys.find_usable(key_hash)
        if found is None:
            self._owners.pop(key_hash, None)
            raise _refused()
        self._note_owner(key_hash, found.owner_id)
        if found.use_is_due:
            # The request succeeds even if the database cannot record the use now.
            with suppress(LostRace, ServiceUnavailable):
                async with self._database.write() as work:
                    await work.api_keys.note_use(found.key_id)
        return Principal(
            user_id=found.owner_id,
            scopes=found.scopes & ROLE_SCOPES[found.owner_role],
            api_key_id=found.key_id,
        )

    def _note_owner(self, key_hash: str, owner_id: UUID) -> None:
        self._owners[key_hash] = owner_id
        self._owners.move_to_end(key_hash)
        if len(self._owners) > _MAX_OWNERS:
            self._owners.popitem(last=False)


def _refused() -> Unauthorized:
    return Unauthorized("The API key is not valid: it is unknown, revoked or expired.")


def _to_api_key(row: ApiKey) -> schemas.ApiKey:
    held = row.scopes.split()
    return schemas.ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=[scope for scope in schemas.ApiKeyScope if scope in held],
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
