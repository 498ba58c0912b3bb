"""Checks passwords without revealing which accounts exist."""

import asyncio
import time
from contextlib import suppress

from app.core import audit, context
from app.core.audit import Event
from app.core.crypto.passwords import Passwords
from app.core.exceptions import LostRace, ServiceUnavailable
from app.core.load import waiting
from app.core.throttle import Throttle
from app.db.models.users import User
from app.db.unit_of_work import Database


class Login:
    """Checks a password.

    Args:
        floor_seconds: Minimum duration of a failure, so that the duration does not reveal whether
            the account exists, is disabled, or has a hash of another scheme or cost.
    """

    def __init__(
        self, database: Database, passwords: Passwords, throttle: Throttle, floor_seconds: float
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._throttle = throttle
        self._floor_seconds = floor_seconds

    async def check(self, email: str, password: str) -> User | None:
        """Return the account; None if it is unknown or disabled, or if the password is wrong.

        A hash of an outdated scheme or cost is replaced.

        Raises:
            TooManyRequests: There were too many failures.
            ServiceUnavailable: The queue of password checks is full.
        """
        started = time.monotonic()
        attempt = await self._throttle.begin(email, context.client.get().address)
        try:
            user, reason = await self._find(email, password)
        except BaseException:
            # The password was not checked, so the attempt revealed nothing.
            await self._throttle.take_back(attempt)
            raise
        if reason is None:
            await self._throttle.take_back(attempt)
            return user
        delay_seconds = await self._throttle.note_failure(attempt)
        audit.record(Event.LOGIN_FAILED, user_id=user.id if user else None, reason=reason)
        await self._wait(started, delay_seconds)
        return None

    async def _find(self, email: str, password: str) -> tuple[User | None, str | None]:
        async with self._database.read() as work:
            user = await work.users.find_by_email(email)
        known_hash = user.password_hash if user else None
        verdict = await self._passwords.verify(password, known_hash)
        if user is None:
            return None, "unknown account"
        if not verdict.valid:
            return user, "wrong password"
        if user.disabled_at is not None:
            return user, "disabled account"
        if verdict.new_hash is not None:
            # If the new hash cannot be stored now, the next login tries again.
            with suppress(LostRace, ServiceUnavailable):
                async with self._database.write() as work:
                    await work.users.replace_hash(user, verdict.new_hash)
        return user, None

    async def _wait(self, started: float, delay_seconds: float) -> None:
        elapsed = time.monotonic() - started
        with waiting():
            await asyncio.sleep(max(0.0, self._floor_seconds - elapsed) + delay_seconds)
