"""Guesses of passwords: counted in exact windows, slowed down, and then refused."""

import hashlib
import hmac
from dataclasses import dataclass

from app.core import audit
from app.core.exceptions import TooManyRequests
from app.core.rate_limit import Decision, Limiter, Policy

_LONGEST_DELAY_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """A guess that was counted, and how long its refusal has to wait."""

    policies: tuple[Policy, ...]
    decision: Decision
    delay_seconds: float


class Throttle:
    """Counts failures per address and account, per account, and per address.

    A guess is counted before it is checked, so that many at once gain nothing, and taken back when
    it was right. Accounts are named by an HMAC: Redis holds no addresses of mail. While Redis does
    not answer, each process counts for itself.

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

    async def begin(self, account: str) -> Attempt:
        """Count a guess at the password of an account, which need not exist.

        Raises:
            TooManyRequests: There were too many failures.
        """
        address, name = audit.client.get().address, self._name(account)
        policies = (
            self._policy(f"pair:{address}:{name}", 5, 900),
            self._policy(f"account:{name}", 20, 3600),
            self._policy(f"address:{address}", 50, 900),
        )
        decision = await self._limiter.hit("login", policies)
        if not decision.allowed:
            audit.record(audit.Event.LOGIN_THROTTLED, account=name)
            raise TooManyRequests(decision.retry_after_seconds)
        failures = policies[0].requests - decision.quotas[0].remaining
        delay = self._delay_seconds * 2.0 ** min(failures - 2, 10) if failures > 1 else 0.0
        return Attempt(policies, decision, min(delay, _LONGEST_DELAY_SECONDS))

    async def take_back(self, attempt: Attempt) -> None:
        """Do not count a guess that was right, or that could not be checked."""
        await self._limiter.take_back("login", attempt.policies, attempt.decision)

    async def may_mail(self, account: str) -> bool:
        """Count a mail to an account that anybody may ask for, and tell whether to send it."""
        policy = self._policy(f"account:{self._name(account)}", 3, 3600)
        return (await self._limiter.hit("mail", [policy])).allowed

    def _policy(self, name: str, requests: int, seconds: int) -> Policy:
        return Policy(name, max(1, round(requests * self._scale)), seconds)

    def _name(self, account: str) -> str:
        return hmac.digest(self._key, account.lower().encode(), "sha256").hex()[:32]
