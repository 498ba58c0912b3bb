"""Sessions and their tokens: a password opens a session, and refresh tokens extend it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeAlias
from uuid import UUID

from app import schemas
from app.core import audit, context
from app.core.audit import Event
from app.core.crypto.opaque import RefreshTokens, digest, seal, unseal
from app.core.exceptions import Unauthorized
from app.core.oauth_error import OAuthError
from app.core.security import ROLE_SCOPES, AccessTokens, Principal, Role
from app.db.models.sessions import Session
from app.db.models.users import User
from app.db.repositories.refresh_tokens import Presented
from app.db.unit_of_work import Database, UnitOfWork, retried
from app.services.accounts.session_gate import SessionGate

Scopes: TypeAlias = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """Lifetimes of sessions, and the grace period of spent refresh tokens, in seconds."""

    session: int
    idle: int
    grace: int


class Grants:
    """Issues access and refresh tokens."""

    def __init__(
        self,
        database: Database,
        access_tokens: AccessTokens,
        refresh_tokens: RefreshTokens,
        gate: SessionGate,
        lives: Lives,
    ) -> None:
        self._database = database
        self._access_tokens = access_tokens
        self._refresh_tokens = refresh_tokens
        self._gate = gate
        self._lives = lives

    @retried
    async def open(self, user: User, scope: str | None) -> schemas.Token | None:
        """Open a session for a user with the correct password; None if it was changed meanwhile.

        Raises:
            OAuthError: `invalid_scope` if the user may have none of the scopes.
        """
        scopes = _choose(ROLE_SCOPES[user.role], scope)
        now, client = datetime.now(UTC), context.client.get()
        async with self._database.write() as work:
            current = await work.users.lock(user.id)
            if current is None or current.disabled_at is not None:
                return None
            if current.password_hash != user.password_hash:
                return None
            session = await work.sessions.add(
                Session(
                    user_id=user.id,
                    scope=" ".join(sorted(scopes)),
                    user_agent=client.user_agent,
                    address=client.address,
                    last_used_at=now,
                    idle_until=now + timedelta(seconds=self._lives.idle),
                    expires_at=now + timedelta(seconds=self._lives.session),
                )
            )
            refresh_token = self._refresh_tokens.make(session.id)
            await work.refresh_tokens.add(digest(refresh_token), session.id)
            self._gate.opened(work, session.id)
        audit.record(Event.LOGIN_SUCCEEDED, user_id=user.id, session_id=session.id)
        return self._token(user.id, session.id, scopes, refresh_token)

    @retried
    async def refresh(self, presented: str, scope: str | None) -> schemas.Token | None:
        """Exchange a refresh token; return None if it is not valid.

        A token that was spent before the grace period is presented by the user or by a thief, and
        nobody knows by which. So the session ends (RFC 9700, section 4.14), and its end is
        committed before the request is refused.

        Raises:
            OAuthError: `invalid_scope` if the session was granted none of the scopes; the token
                stays valid.
        """
        async with self._database.write() as work:
            found = await self._find(work, presented)
            if found is None or not await work.sessions.lasts(
                found.session.id, found.session.user_id
            ):
                return None
            session = found.session
            role = await work.users.role_of(session.user_id)
            scopes = _choose(_granted(role, session.scope), scope)
            successor = await self._successor(work, found, presented)
        if successor is None:
            return None
        return self._token(session.user_id, session.id, scopes, successor)

    @retried
    async def revoke(self, token: str) -> None:
        """End the session of a refresh token or an access token (RFC 7009)."""
        async with self._database.write() as work:
            found = await self._find(work, token)
            if found is not None:
                await self._gate.end(work, found.session.user_id, found.session.id)
                return
            try:
                principal = self._access_tokens.read(token)
            except Unauthorized:
                return
            if principal.session_id is not None:
                await self._gate.end(work, principal.user_id, principal.session_id)

    async def _find(self, work: UnitOfWork, presented: str) -> Presented | None:
        found = await work.refresh_tokens.present(
            digest(presented), grace_seconds=self._lives.grace
        )
        if found is not None:
            return found
        session_id = self._refresh_tokens.session_of(presented)
        session = None if session_id is None else await work.sessions.find(session_id)
        return None if session is None else Presented(None, session, is_fresh=False)

    async def _successor(self, work: UnitOfWork, found: Presented, presented: str) -> str | None:
        session, token = found.session, found.token
        note = partial(audit.record, user_id=session.user_id, session_id=session.id)
        if token is not None and token.spent_at is None:
            successor = self._refresh_tokens.make(session.id)
            await work.refresh_tokens.prune(session.id, grace_seconds=self._lives.grace)
            await work.refresh_tokens.add(digest(successor), session.id)
            await work.refresh_tokens.spend(token.digest, seal(presented, successor))
            await work.sessions.use(session.id, idle_seconds=self._lives.idle)
            work.after_commit.append(partial(note, Event.TOKEN_REFRESHED))
            return successor
        if token is not None and found.is_fresh and token.successor is not None:
            work.after_commit.append(partial(note, Event.TOKEN_REPLAYED))
            return unseal(presented, token.successor)
        work.after_commit.append(partial(note, Event.TOKEN_REUSED))
        await self._gate.end(work, session.user_id, session.id)
        return None

    def _token(
        self, user_id: UUID, session_id: UUID, scopes: Scopes, refresh_token: str
    ) -> schemas.Token:
        caller = Principal(user_id=user_id, session_id=session_id, scopes=scopes)
        return schemas.Token(
            access_token=self._access_tokens.issue(caller),
            token_type="Bearer",  # noqa: S106 - the kind of token, not a secret
            expires_in=int(self._access_tokens.lifetime.total_seconds()),
            scope=" ".join(sorted(scopes)),
            refresh_token=refresh_token,
        )


def _granted(role: Role, scope: str | None) -> Scopes:
    """Return the scopes of a session: those granted that the user's role still allows."""
    held = ROLE_SCOPES[role]
    return held if scope is None else held & frozenset(scope.split())


def _choose(allowed: Scopes, scope: str | None) -> Scopes:
    """Return the requested scopes that are allowed (RFC 6749, section 3.3); no request means all.

    Clients ask for every scope that they know; the answer's `scope` says what they got.

    Raises:
        OAuthError: `invalid_scope`, where nothing remains.
    """
    wanted = frozenset((scope or "").split())
    granted = wanted & allowed if wanted else allowed
    if not granted:
        raise OAuthError("invalid_scope", f"Choose from: {' '.join(sorted(allowed))}.")
    return granted
