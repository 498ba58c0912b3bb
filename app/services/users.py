"""The signed-in user's own profile."""

from typing import final

from pydantic import MISSING

from app.core.exceptions import Unauthorized
from app.core.security import Principal
from app.db.models.users import User
from app.db.unit_of_work import Database, UnitOfWork, retried
from app.schemas import v1
from app.services.accounts import Accounts


@final
class Users(v1.UsersService):
    """Reads and changes the caller's own account."""

    def __init__(self, database: Database, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts

    async def get_me(self, *, principal: Principal) -> v1.User:
        """Return the caller's account.

        Raises:
            Unauthorized: The account that the token was issued to is gone.
        """
        async with self._database.read() as work:
            return to_user(await _caller(work, principal))

    @retried
    async def update_me(self, body: v1.UserUpdate, *, principal: Principal) -> v1.User:
        """Change the fields that were sent.

        Raises:
            Unauthorized: The account that the token was issued to is gone.
        """
        async with self._database.write() as work:
            user = await _caller(work, principal)
            if body.display_name is not MISSING:
                user.display_name = body.display_name
            await work.users.update(user)
        return to_user(user)

    async def change_password(self, body: v1.PasswordChange, *, principal: Principal) -> None:
        """Set another password, and end the caller's other sessions.

        Raises:
            Conflict: The present password is wrong, or the new one is not accepted.
            TooManyRequests: There were too many wrong ones.
        """
        current, new = body.current_password, body.new_password
        await self._accounts.change_password(
            principal, current.get_secret_value(), new.get_secret_value()
        )

    async def request_verification(self, *, principal: Principal) -> v1.Accepted:
        """Send mail that proves the caller's address, unless it is proven.

        Raises:
            Unauthorized: The account that the token was issued to is gone.
        """
        async with self._database.read() as work:
            user = await _caller(work, principal)
        if user.email_verified_at is None:
            await self._accounts.mail(user.email, "verify-email")
        return v1.Accepted(detail="Mail is on its way, if the address still has to be proven.")


def to_user(user: User) -> v1.User:
    """Return the account as the contract shows it."""
    return v1.User(
        id=user.id,
        email=user.email,
        display_name=user.display_name,
        email_verified=user.email_verified_at is not None,
        created_at=user.created_at,
        updated_at=user.updated_at,
    )


async def _caller(work: UnitOfWork, principal: Principal) -> User:
    user = await work.users.get(work.users.self_of(principal.user_id), principal.user_id)
    if user is None:
        raise Unauthorized("The account that this token was issued to is gone.")
    return user
