"""Limits failed logins: failures are counted in exact windows, delayed, and then refused."""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from weakref import WeakValueDictionary

from app.core import audit
from app.core.exceptions import ServiceUnavailable, TooManyRequests
from app.core.load import waiting
from app.core.rate_limit import Decision, Limiter, Policy

_LONGEST_DELAY_SECONDS = 8.0
_LONGEST_WAIT_SECONDS = 10.0
_POLL_SECONDS = 0.02
_ATTEMPTS, _FAILURES = "login", "failed login"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login whose password is being checked, and what it reserved in the limits."""

    policies: tuple[Policy, ...]
    decision: Decision


class Throttle:
    """Limits failures per address and account, per account, and per address.

    An attempt reserves its share of the limits before the password is checked, so that concurrent
    attempts cannot exceed them. A correct password releases the reservation; a wrong one keeps it
    for the window. An attempt that cannot reserve waits for those that are being checked, and is
    refused only when failures alone fill a limit. Redis stores an HMAC of the account name, not
    the e-mail address. While Redis does not answer, each process counts for itself.

    Args:
        limiter: Counts.
        secret: HMAC key.
        scale: Multiplies every limit.
        delay_seconds: Wait of the second failure; it doubles with each further one.
    """

    def __init__(
        self, limiter: Limiter, secret: str, *, scale: float, delay_seconds: float
    ) -> None:
        self._limiter = limiter
        self._key = hashlib.sha256(b"account:" + secret.encode()).digest()
        self._scale = scale
        self._delay_seconds = delay_seconds
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def begin(self, account: str, address: str | None) -> Attempt:
        """Reserve an attempt to log in from an address to an account, which need not exist.

        Raises:
            TooManyRequests: There were too many failures.
            ServiceUnavailable: Too many attempts are being checked.
        """
        name = self._name(account)
        policies = (
            self._policy(f"pair:{address}:{name}", 5, 900),
            self._policy(f"account:{name}", 20, 3600),
            self._policy(f"address:{address}", 50, 900),
        )
        decision = await self._limiter.hit(_ATTEMPTS, policies)
        if not decision.allowed:
            try:
                with waiting():
                    async with asyncio.timeout(_LONGEST_WAIT_SECONDS):
                        decision = await self._wait_for_reservation(policies)
            except TimeoutError:
                raise ServiceUnavailable(
                    "Too many logins are being checked.", retry_after_seconds=1
                ) from None
            except TooManyRequests:
                audit.record(audit.Event.LOGIN_THROTTLED, account=name)
                raise
        return Attempt(policies, decision)

    async def _wait_for_reservation(self, policies: tuple[Policy, ...]) -> Decision:
        # Per address and account one attempt of this process polls; the others queue behind it.
        turn = self._turns.setdefault(policies[0].name, asyncio.Lock())
        async with turn:
            while not (decision := await self._limiter.hit(_ATTEMPTS, policies)).allowed:
                failures = await self._limiter.peek(_FAILURES, policies)
                if not failures.allowed:
                    raise TooManyRequests(failures.retry_after_seconds)
                await asyncio.sleep(_POLL_SECONDS)
        return decision

    async def note_failure(self, attempt: Attempt) -> float:
        """Count a wrong password, and return the seconds to wait before the refusal is sent."""
        decision = await self._limiter.hit(_FAILURES, attempt.policies)
        failures = attempt.policies[0].requests - decision.quotas[0].remaining
        delay = self._delay_seconds * 2.0 ** min(failures - 2, 10) if failures > 1 else 0.0
        return min(delay, _LONGEST_DELAY_SECONDS)

    async def take_back(self, attempt: Attempt) -> None:
        """Release the reservation: the password was right, or could not be checked."""
        await self._limiter.take_back(_ATTEMPTS, attempt.policies, attempt.decision)

    async def may_mail(self, account: str) -> bool:
        """Count a mail that needs no sign-in to request, and return whether to send it."""
        policy = self._policy(f"account:{self._name(account)}", 3, 3600)
        return (await self._limiter.hit("mail", [policy])).allowed

    def _policy(self, name: str, requests: int, seconds: int) -> Policy:
        return Policy(name, max(1, round(requests * self._scale)), seconds)

    def _name(self, account: str) -> str:
        return hmac.digest(self._key, account.lower().encode(), "sha256").hex()[:32]
