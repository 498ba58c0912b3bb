"""Registration, tokens, and what mail is for."""

from typing import final

from pydantic import MISSING

from app import schemas
from app.core.oauth_error import OAuthError
from app.services.accounts.accounts import Accounts
from app.services.accounts.grants import Grants
from app.services.accounts.login import Login

_ACCEPTED = schemas.Accepted(
    detail="The request was accepted. Mail tells the owner of the address what happens next."
)


@final
class Auth(schemas.AuthService):
    """Registers users, signs them in and out, and resets passwords."""

    def __init__(self, accounts: Accounts, login: Login, grants: Grants) -> None:
        self._accounts = accounts
        self._login = login
        self._grants = grants

    async def register_user(self, body: schemas.UserRegister) -> schemas.Accepted:
        """Create an account with the role `user`; the response is the same if one exists.

        Raises:
            Conflict: The password is not accepted.
        """
        password = body.password.get_secret_value()
        await self._accounts.register(body.email, password, body.display_name)
        return _ACCEPTED

    async def create_token(self, body: schemas.TokenRequest) -> schemas.CreateToken200:
        """Open a session with a password, or extend one (RFC 6749, sections 4.3 and 6).

        Raises:
            OAuthError: `invalid_grant` for wrong credentials, `invalid_scope` if the caller
                may have none of the scopes.
            TooManyRequests: There were too many failed logins.
        """
        scope = None if body.scope is MISSING else body.scope
        if isinstance(body, schemas.RefreshTokenGrant):
            token = await self._grants.refresh(body.refresh_token.get_secret_value(), scope)
            if token is None:
                raise OAuthError("invalid_grant", "The refresh token is not valid; sign in again.")
            return schemas.CreateToken200(body=token)
        user = await self._login.check(body.username, body.password.get_secret_value())
        token = None if user is None else await self._grants.open(user, scope)
        if token is None:
            raise OAuthError("invalid_grant", "The username or the password is wrong.")
        return schemas.CreateToken200(body=token)

    async def revoke_token(self, body: schemas.RevocationRequest) -> schemas.RevokeToken200:
        """End the session of a token, if it has one (RFC 7009)."""
        await self._grants.revoke(body.token)
        return schemas.RevokeToken200(body=None)

    async def forgot_password(self, body: schemas.PasswordForgot) -> schemas.Accepted:
        """Send mail with a token, if the address has an account."""
        await self._accounts.mail(body.email, "reset-password")
        return _ACCEPTED

    async def reset_password(self, body: schemas.PasswordReset) -> None:
        """Set a password with the token from the mail.

        Raises:
            Conflict: The token is not valid, or the password is not accepted.
        """
        await self._accounts.reset(body.token.get_secret_value(), body.password.get_secret_value())

    async def verify_email(self, body: schemas.EmailVerification) -> None:
        """Prove an address with the token from the mail.

        Raises:
            Conflict: The token is not valid.
        """
        await self._accounts.verify(body.token.get_secret_value())
