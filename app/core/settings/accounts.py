"""Settings of accounts, tokens and mail."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, NonNegativeFloat, PositiveInt, SecretStr

from app.core.settings.values import Email, Port

_SHARED = "HS256"


class AccountSettings(BaseModel):
    """Settings of accounts, tokens and mail."""

    token_algorithm: Literal["ES256", "HS256"] = Field(
        "ES256",
        description="Signs access tokens: ES256 uses SIGNING_KEYS_FILE, HS256 SECRET_KEY.",
    )
    signing_keys_file: Path | None = Field(
        None,
        description="JWK Set of private keys (make keys); empty: created beside the data.",
    )
    access_token_seconds: PositiveInt = Field(600, description="Lifetime of an access token.")
    session_seconds: PositiveInt = Field(
        2_592_000, description="Longest lifetime of a session; then the user has to sign in again."
    )
    session_idle_seconds: PositiveInt = Field(
        604_800, description="Time without a refresh after which a session ends."
    )
    refresh_grace_seconds: PositiveInt = Field(
        10, description="Grace period in which a spent refresh token returns the same successor."
    )

    password_scheme: Literal["bcrypt_sha256", "argon2"] = Field(
        "bcrypt_sha256", description="Hash of new passwords; other hashes are upgraded at login."
    )
    bcrypt_rounds: int = Field(
        12, ge=4, le=16, description="Cost of a bcrypt hash; one more doubles the time."
    )
    argon2_memory_kib: int = Field(
        19_456, ge=1024, description="Memory of an argon2id hash, in KiB."
    )
    argon2_passes: PositiveInt = Field(2, description="Passes of argon2id over its memory.")
    password_min_length: int = Field(
        12, ge=8, le=64, description="Minimum length of a new password."
    )
    password_queue: PositiveInt = Field(
        100, description="Passwords that may wait to be hashed; above that, the response is 503."
    )
    login_floor_seconds: NonNegativeFloat = Field(
        0.5, description="Minimum time of a failed login; longer than the slowest hash in use."
    )
    login_delay_seconds: NonNegativeFloat = Field(
        0.25,
        description="Additional delay of the second failed login; doubles with each, up to 8 s.",
    )
    reset_token_seconds: PositiveInt = Field(
        1800, description="Lifetime of a link to reset a password."
    )
    verify_token_seconds: PositiveInt = Field(
        86_400, description="Lifetime of a link to verify an e-mail address."
    )
    admin_email: Email = Field(
        "admin@example.com", description="Address of the first administrator."
    )
    admin_password: SecretStr | None = Field(
        None,
        description="Password of the first administrator; empty: generated and printed once.",
    )

    mail_from: Email = Field("no-reply@example.com", description="Sender of all mail.")
    mail_link_url: str | None = Field(
        None,
        pattern=r"^https?://.*[^/]$",
        description="Web page for reset and verification links; empty: mail contains the code.",
    )
    mail_folder: Path = Field(
        Path("data/mail"), description="Folder to which mail is written if SMTP_HOST is empty."
    )
    smtp_host: str | None = Field(None, description="Mail server; required in production.")
    smtp_port: Port = Field(587, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="Encryption of the connection to the mail server."
    )
    smtp_username: str | None = Field(
        None, description="User name for the mail server, if it requires one."
    )
    smtp_password: SecretStr | None = Field(None, description="Password for the mail server.")

    def account_faults(self) -> Iterator[str]:
        """Yield a message for each value that is safe only in development."""
        if self.token_algorithm != _SHARED and self.signing_keys_file is None:
            yield "SIGNING_KEYS_FILE: production requires it; run make keys and mount the file"
        if self.bcrypt_rounds < 10:
            yield "BCRYPT_ROUNDS: production refuses less than 10; set 12 or more"
        if self.smtp_host is None:
            yield "SMTP_HOST: production requires it; without it mail is written to files"
