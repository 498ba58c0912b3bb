"""Accounts and tokens."""

from pydantic import BaseModel, Field, PositiveInt, SecretStr


class AccountSettings(BaseModel):
    """Accounts and tokens."""

    access_token_seconds: PositiveInt = Field(
        600, description="Life of an access token, in seconds."
    )
    bcrypt_rounds: int = Field(
        12, ge=4, le=16, description="Cost of a password hash; one more doubles the time."
    )
    admin_email: str = Field("admin@example.com", description="Address of the first administrator.")
    admin_password: SecretStr | None = Field(
        None,
        description="Password of the first administrator; empty: one is made and printed once.",
    )
