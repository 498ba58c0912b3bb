"""Accounts, tokens and mail."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, NonNegativeFloat, PositiveInt, SecretStr

from app.core.settings.values import Email, Port

_SHARED = "HS256"


class AccountSettings(BaseModel):
    """Settings of accounts and sign-in."""

    token_algorithm: Literal["ES256", "HS256"] = Field(
        "ES256",
        description="What signs access tokens: a key of SIGNING_KEYS_FILE, or HS256 by SECRET_KEY.",
    )
    signing_keys_file: Path | None = Field(
        None,
        description="JWK Set of private keys (make keys); empty: one is made beside the data.",
    )
    access_token_seconds: PositiveInt = Field(
        600, description="Life of an access token, in seconds."
    )
    session_seconds: PositiveInt = Field(
        2_592_000, description="Longest life of a session; then the user has to sign in again."
    )
    session_idle_seconds: PositiveInt = Field(
        604_800, description="Time without a refresh after which a session ends."
    )
    refresh_grace_seconds: PositiveInt = Field(
        10, description="Time in which a spent refresh token gets the same successor again."
    )

    password_scheme: Literal["bcrypt_sha256", "argon2"] = Field(
        "bcrypt_sha256", description="How new passwords are hashed; others are upgraded at login."
    )
    bcrypt_rounds: int = Field(
        12, ge=4, le=16, description="Cost of a password hash; one more doubles the time."
    )
    argon2_memory_kib: int = Field(
        19_456, ge=1024, description="Memory of an argon2id hash, in KiB."
    )
    argon2_passes: PositiveInt = Field(2, description="Passes of argon2id over its memory.")
    password_min_length: int = Field(
        12, ge=8, le=64, description="Fewest characters of a new password."
    )
    password_queue: PositiveInt = Field(
        100, description="Passwords that may wait to be checked; beyond that 503 is answered."
    )
    login_floor_seconds: NonNegativeFloat = Field(
        0.5, description="Shortest time of a failed login; longer than the slowest hash in use."
    )
    login_delay_seconds: NonNegativeFloat = Field(
        0.25, description="Further wait of a second failed login; doubles with each, up to 8 s."
    )
    reset_token_seconds: PositiveInt = Field(
        1800, description="Life of a link to a new password, in seconds."
    )
    verify_token_seconds: PositiveInt = Field(
        86_400, description="Life of a link that proves an e-mail address, in seconds."
    )
    admin_email: Email = Field(
        "admin@example.com", description="Address of the first administrator."
    )
    admin_password: SecretStr | None = Field(
        None,
        description="Password of the first administrator; empty: one is made and printed once.",
    )

    mail_from: Email = Field("no-reply@example.com", description="Sender of all mail.")
    mail_link_url: str | None = Field(
        None,
        pattern=r"^https?://.*[^/]$",
        description="Web page that reset and verification links lead to; empty: mail has the code.",
    )
    mail_folder: Path = Field(
        Path("data/mail"), description="Where mail is written to while SMTP_HOST is empty."
    )
    smtp_host: str | None = Field(None, description="Mail server; production needs one.")
    smtp_port: Port = Field(587, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection to the mail server is encrypted."
    )
    smtp_username: str | None = Field(None, description="User at the mail server, if it wants one.")
    smtp_password: SecretStr | None = Field(None, description="Password at the mail server.")

    def account_faults(self) -> Iterator[str]:
        """Yield a line for each value that is only safe in development."""
        if self.token_algorithm != _SHARED and self.signing_keys_file is None:
            yield "SIGNING_KEYS_FILE: production needs one; run make keys and mount the file"
        if self.bcrypt_rounds < 10:
            yield "BCRYPT_ROUNDS: production refuses fewer than 10; set 12 or more"
        if self.smtp_host is None:
            yield "SMTP_HOST: production needs one; mail would be written to files"
