"""Accounts and passwords: registration, recovery, and changes by the owner."""

from app.core import audit
from app.core.audit import Event
from app.core.crypto.opaque import digest
from app.core.crypto.passwords import PasswordPolicy, Passwords
from app.core.exceptions import Conflict
from app.core.field_codes import FieldCode
from app.core.problem import FieldError
from app.core.security import Principal, Role
from app.core.throttle import Throttle
from app.db.models.users import User
from app.db.unit_of_work import Database, UnitOfWork, retried
from app.services.accounts.login import Login
from app.services.accounts.mail import Kind, SendAccountMail
from app.services.accounts.session_gate import SessionGate
from app.services.support.outbox import enqueue


class Accounts:
    """Creates accounts and changes passwords; a changed password ends sessions."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        policy: PasswordPolicy,
        login: Login,
        throttle: Throttle,
        gate: SessionGate,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._policy = policy
        self._login = login
        self._throttle = throttle
        self._gate = gate

    async def create(self, email: str, password: str, role: Role, display_name: str | None) -> User:
        """Create an account.

        Raises:
            Conflict: The address has an account already, or the password is not accepted.
        """
        self._policy.check(password, email=email, field="password")
        password_hash = await self._passwords.hash(password)
        user = await self._add(email, password_hash, role, display_name)
        audit.record(Event.ACCOUNT_CREATED, user_id=user.id, role=role)
        return user

    @retried
    async def _add(
        self, email: str, password_hash: str, role: Role, display_name: str | None
    ) -> User:
        async with self._database.write() as work:
            row = User(
                email=email.lower(),
                password_hash=password_hash,
                role=role,
                display_name=display_name,
            )
            return await work.users.add(row)

    async def register(self, email: str, password: str, display_name: str | None) -> None:
        """Create an account; if the address already has one, notify its owner.

        Both take a hash and the same transactions, so that neither answer nor time tells which.

        Raises:
            Conflict: The password is not accepted.
        """
        self._policy.check(password, email=email, field="password")
        kind: Kind = "verify-email"
        try:
            await self.create(email, password, "user", display_name)
        except Conflict as conflict:
            if not any(error.pointer == "/email" for error in conflict.errors):
                raise
            kind = "already-registered"
        await self.mail(email, kind)

    async def mail(self, email: str, kind: Kind) -> None:
        """Send mail to the owner of an address, if it exists and the limit of mails allows it."""
        may_mail = await self._throttle.may_mail(email)
        user = await self._enqueue(email, kind, may_mail=may_mail)
        if kind == "reset-password":
            audit.record(Event.PASSWORD_FORGOTTEN, user_id=user.id if user else None)

    @retried
    async def _enqueue(self, email: str, kind: Kind, *, may_mail: bool) -> User | None:
        async with self._database.write() as work:
            user = await work.users.find_by_email(email)
            if user is not None and user.disabled_at is None and may_mail:
                mail = SendAccountMail(kind=kind, user_id=user.id)
                await enqueue(work, mail, key=f"mail:{user.id}")
        return user

    async def reset(self, token: str, password: str) -> None:
        """Set a password with the token from the mail, and end all sessions.

        Raises:
            Conflict: The token is spent, expired or unknown, or the password is not accepted; a
                refused password leaves the token good.
        """
        async with self._database.read() as work:
            user = await work.account_tokens.find_user(digest(token), "reset-password")
        if user is None:
            raise _bad_token()
        self._policy.check(password, email=user.email, field="password")
        password_hash = await self._passwords.hash(password)
        await self._reset(token, password_hash)

    @retried
    async def _reset(self, token: str, password_hash: str) -> None:
        async with self._database.write() as work:
            user_id = await work.account_tokens.use(digest(token), "reset-password")
            user = None if user_id is None else await work.users.lock(user_id)
            if user is None:
                raise _bad_token()
            user.password_hash = password_hash
            await work.flush()
            # Whoever has the token has read the mail, so the address is verified.
            await work.users.note_verified(user.id)
            # part api_keys
            # An attacker who had access to the account may have created keys.
            await work.api_keys.delete_all(user.id)
            # end part
            await self._gate.end_sessions(work, user.id)
        audit.record(Event.PASSWORD_RESET, user_id=user.id)

    async def change_password(self, principal: Principal, current: str, new: str) -> None:
        """Set another password, and end the other sessions.

        Raises:
            Conflict: The present password is wrong, or the new one is not accepted.
            TooManyRequests: There were too many wrong ones.
        """
        async with self._database.read() as work:
            user = await _caller(work, principal)
        self._policy.check(new, email=user.email, field="new_password")
        checked = await self._login.check(user.email, current)
        if checked is None:
            raise _refused("current_password", FieldCode.WRONG, "is not your password")
        await self._change(principal, checked.password_hash, await self._passwords.hash(new))

    @retried
    async def _change(self, principal: Principal, old_hash: str, new_hash: str) -> None:
        async with self._database.write() as work:
            user = await work.users.lock(principal.user_id)
            if user is None or user.password_hash != old_hash:
                raise _refused("current_password", FieldCode.WRONG, "is not your password")
            user.password_hash = new_hash
            await work.flush()
            await work.account_tokens.withdraw(user.id, "reset-password")
            await self._gate.end_sessions(work, user.id, but=principal.session_id)
        audit.record(
            Event.PASSWORD_CHANGED, user_id=principal.user_id, session_id=principal.session_id
        )

    @retried
    async def verify(self, token: str) -> None:
        """Verify an e-mail address with the token from the mail.

        Raises:
            Conflict: The token is spent, expired or unknown.
        """
        async with self._database.write() as work:
            user_id = await work.account_tokens.use(digest(token), "verify-email")
            if user_id is None:
                raise _bad_token()
            await work.users.note_verified(user_id)
        audit.record(Event.EMAIL_VERIFIED, user_id=user_id)


async def _caller(work: UnitOfWork, principal: Principal) -> User:
    user = await work.users.get(work.users.self_of(principal.user_id), principal.user_id)
    if user is None:
        raise _refused("current_password", FieldCode.WRONG, "is not your password")
    return user


def _bad_token() -> Conflict:
    return _refused("token", FieldCode.NOT_VALID, "is spent, expired or unknown; ask for another")


def _refused(field: str, code: FieldCode, detail: str) -> Conflict:
    error = FieldError(location="body", pointer=f"/{field}", code=code, detail=detail)
    return Conflict(f"The {field} {detail}.", errors=[error])
