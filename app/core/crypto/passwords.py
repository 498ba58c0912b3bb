"""Password hashes and the rules for new passwords."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from passlib.context import CryptContext

from app.core.exceptions import Conflict, ServiceUnavailable
from app.core.field_codes import FieldCode
from app.core.load import waiting
from app.core.problem import FieldError

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

Scheme = Literal["bcrypt_sha256", "argon2"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HashCost:
    """The cost of a hash; each step of `bcrypt_rounds` doubles the time."""

    scheme: Scheme = "bcrypt_sha256"
    bcrypt_rounds: int = 12
    argon2_memory_kib: int = 19_456
    argon2_passes: int = 2
    argon2_lanes: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is correct, and a new hash if the stored one is outdated."""

    valid: bool
    new_hash: str | None = None


class Passwords:
    """Hashes and verifies passwords in threads, so that the event loop is not blocked.

    bcrypt hashes the SHA-256 of a password, because it ignores everything after 72 bytes. There is
    one thread per processor: more would not be faster, and argon2 needs memory for each.

    Args:
        cost: Scheme and cost of new hashes; older ones are verified too.
        queue: How many passwords may wait for a thread.
    """

    def __init__(self, cost: HashCost, *, queue: int = 100) -> None:
        self._context = CryptContext(
            schemes=["argon2", "bcrypt_sha256", "bcrypt"],
            default=cost.scheme,
            deprecated="auto",
            bcrypt_sha256__rounds=cost.bcrypt_rounds,
            argon2__type="ID",
            argon2__memory_cost=cost.argon2_memory_kib,
            argon2__time_cost=cost.argon2_passes,
            argon2__parallelism=cost.argon2_lanes,
        )
        self._threads = CapacityLimiter(os.cpu_count() or 1)
        self._queue = queue

    @property
    def queued(self) -> int:
        """How many passwords wait for a thread."""
        return self._threads.statistics().tasks_waiting

    async def hash(self, password: str) -> str:
        """Return a salted hash of `password`.

        Raises:
            ServiceUnavailable: The queue is full.
        """
        return await self._run(self._context.hash, password)

    async def verify(self, password: str, password_hash: str | None) -> Verdict:
        """Check a password against a hash; without a hash, take the same time and fail.

        A stored hash that cannot be read is logged, and fails.

        Raises:
            ServiceUnavailable: The queue is full.
        """
        if password_hash is None:
            await self._run(self._context.dummy_verify)
            return Verdict(valid=False)
        try:
            return Verdict(*await self._run(self._verify, password, password_hash))
        except ValueError as error:
            # The hash must not be logged.
            logger.error(  # noqa: TRY400 - the traceback may quote the hash
                "a stored password hash cannot be read", extra={"reason": type(error).__name__}
            )
            return Verdict(valid=False)

    def _verify(self, password: str, password_hash: str) -> tuple[bool, str | None]:
        if self._context.identify(password_hash) == "bcrypt" and len(password.encode()) > 72:
            # bcrypt refuses a password that it would truncate, so none was ever set with it.
            return False, None
        return self._context.verify_and_update(password, password_hash)

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self.queued >= self._queue:
            raise ServiceUnavailable("Too many passwords are waiting to be checked.")
        with waiting():
            return await to_thread.run_sync(lambda: work(*args, **kwargs), limiter=self._threads)


class PasswordPolicy:
    """The rules for a new password (NIST SP 800-63B, section 3.1.1.2).

    The contract states the maximum and an absolute minimum of the length. The other rules are
    checked here; a violation is a 409, because the value satisfies the contract.

    Args:
        min_length: Minimum number of characters.
    """

    def __init__(self, min_length: int) -> None:
        self._min_length = min_length
        listed = (files("app.core.crypto") / "common_passwords.txt").read_text(encoding="utf-8")
        self._common = frozenset(listed.split())

    def check(self, password: str, *, email: str, field: str) -> None:
        """Accept a new password.

        Raises:
            Conflict: It is too short, common, or the e-mail address; `errors` names the field.
        """
        if fault := self._fault(password, email.lower()):
            code, detail = fault
            error = FieldError(location="body", pointer=f"/{field}", code=code, detail=detail)
            raise Conflict(f"The password cannot be used: it {detail}.", errors=[error])

    def _fault(self, password: str, email: str) -> tuple[FieldCode, str] | None:
        plain = password.lower()
        if len(password) < self._min_length:
            return FieldCode.STRING_TOO_SHORT, f"has fewer than {self._min_length} characters"
        if plain in self._common or len(set(plain)) < 4:
            return FieldCode.TOO_COMMON, "is a common password"
        if plain in {email, email.partition("@")[0]}:
            return FieldCode.IS_EMAIL, "is the e-mail address"
        return None
