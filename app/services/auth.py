"""Registration and tokens."""

from typing import final

from pydantic import MISSING

from app.core.exceptions import OAuthError
from app.core.security import ROLE_SCOPES, AccessTokens, Passwords, Principal, Role
from app.db.models.users import User
from app.db.unit_of_work import Database
from app.schemas import v1
from app.services.users import to_user


@final
class Auth(v1.AuthService):
    """Makes accounts and signs users in."""

    def __init__(
        self, database: Database, passwords: Passwords, access_tokens: AccessTokens
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._access_tokens = access_tokens

    async def register_user(self, body: v1.UserRegister) -> v1.RegisterUser201:
        """Create an account with the role `user`.

        Raises:
            Conflict: The address has an account already.
        """
        user = await self.create_user(
            body.email, body.password.get_secret_value(), "user", body.display_name
        )
        return v1.RegisterUser201(body=to_user(user), location="/api/v1/users/me")

    async def create_user(
        self, email: str, password: str, role: Role, display_name: str | None
    ) -> User:
        """Create an account with any role.

        Raises:
            Conflict: The address has an account already.
        """
        password_hash = await self._passwords.hash(password)
        async with self._database.write() as work:
            return await work.users.add(
                User(
                    email=email.lower(),
                    password_hash=password_hash,
                    role=role,
                    display_name=display_name,
                )
            )

    async def create_token(self, body: v1.TokenRequest) -> v1.CreateToken200:
        """Sign in with email and password (RFC 6749, section 4.3).

        Raises:
            OAuthError: `invalid_grant` for wrong credentials, `invalid_scope` for scopes that the
                user may not have.
        """
        async with self._database.read() as work:
            user = await work.users.find_by_email(body.username)
        known_hash = user.password_hash if user else None
        valid = await self._passwords.verify(body.password.get_secret_value(), known_hash)
        if user is None or not valid:
            raise OAuthError("invalid_grant", "The username or the password is wrong.")
        scopes = ROLE_SCOPES[user.role]
        if body.scope is not MISSING:
            wanted = frozenset(body.scope.split())
            if not wanted <= scopes:
                raise OAuthError("invalid_scope", f"Choose from: {' '.join(sorted(scopes))}.")
            scopes = wanted
        token = v1.Token(
            access_token=self._access_tokens.issue(Principal(user_id=user.id, scopes=scopes)),
            token_type="Bearer",  # noqa: S106 - the kind of token, not a secret
            expires_in=int(self._access_tokens.lifetime.total_seconds()),
            scope=" ".join(sorted(scopes)),
        )
        return v1.CreateToken200(body=token)
