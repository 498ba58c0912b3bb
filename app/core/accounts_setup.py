"""Settings → what hashes passwords, signs tokens, sends mail, and lets users in with them."""

import hmac
import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.core.config import Settings, WrongSettings
from app.core.mail import FileMailer, Mailer, MailServer, SmtpMailer
from app.core.rate_limit import Limiter
from app.core.security import (
    AccessTokens,
    HashCost,
    KeyRing,
    PasswordPolicy,
    Passwords,
    RefreshTokens,
    TokenKey,
    make_key,
    read_keys,
    to_base64,
    write_keys,
)
from app.core.throttle import Throttle
from app.db.unit_of_work import Database
from app.services.account_mail import AccountMail
from app.services.accounts import Accounts
from app.services.grants import Grants, Lives
from app.services.login import Login
from app.services.session_gate import SessionGate

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What the services of accounts and tokens share."""

    accounts: Accounts
    login: Login
    grants: Grants
    account_mail: AccountMail


def make_sign_in(
    settings: Settings,
    database: Database,
    limiter: Limiter,
    gate: SessionGate,
    access_tokens: AccessTokens,
) -> SignIn:
    """Return what the services of accounts and tokens share."""
    passwords = make_passwords(settings)
    throttle = Throttle(
        limiter,
        settings.secret_key.get_secret_value(),
        scale=settings.rate_limit_scale,
        delay_seconds=settings.login_delay_seconds,
    )
    login = Login(database, passwords, throttle, settings.login_floor_seconds)
    policy = PasswordPolicy(settings.password_min_length)
    lives = Lives(
        session=settings.session_seconds,
        idle=settings.session_idle_seconds,
        grace=settings.refresh_grace_seconds,
    )
    refresh_tokens = RefreshTokens(settings.secret_key.get_secret_value())
    return SignIn(
        accounts=Accounts(database, passwords, policy, login, throttle, gate),
        login=login,
        grants=Grants(database, access_tokens, refresh_tokens, gate, lives),
        account_mail=_make_mail(settings, database),
    )


def make_passwords(settings: Settings) -> Passwords:
    """Return what hashes as the settings say."""
    cost = HashCost(
        scheme=settings.password_scheme,
        bcrypt_rounds=settings.bcrypt_rounds,
        argon2_memory_kib=settings.argon2_memory_kib,
        argon2_passes=settings.argon2_passes,
    )
    return Passwords(cost, queue=settings.password_queue)


def open_keys(settings: Settings) -> KeyRing:
    """Return the keys of access tokens; in development they are made where there are none.

    With HS256 the key comes from SECRET_KEY and signs; keys in a file then only verify, so that a
    service can change from one algorithm to the other while tokens are out.

    Raises:
        WrongSettings: The file cannot be used.
    """
    try:
        return _read_or_make_keys(settings, settings.keys_file)
    except ValueError as error:
        raise WrongSettings(f"SIGNING_KEYS_FILE: {error}") from error


def _read_or_make_keys(settings: Settings, path: Path) -> KeyRing:
    if settings.token_algorithm != "ES256":  # noqa: S105 - a name
        key = hmac.digest(settings.secret_key.get_secret_value().encode(), b"tokens", "sha256")
        shared = TokenKey({"kty": "oct", "k": to_base64(key)})
        others = read_keys(path).keys if settings.signing_keys_file is not None else ()
        return KeyRing([shared, *(TokenKey(other.jwk, "retired") for other in others)])
    if not settings.in_production and not path.exists():
        # Another process may be faster.
        with suppress(FileExistsError):
            write_keys(path, KeyRing([make_key("ES256")]), replacing=False)
            logger.warning("a signing key was made for development", extra={"file": str(path)})
    return read_keys(path)


def make_mailer(settings: Settings) -> Mailer:
    """Return the mail server of the settings, or the folder that stands in for it."""
    if settings.smtp_host is None:
        return FileMailer(settings.mail_folder, settings.mail_from)
    password = settings.smtp_password
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
    )
    return SmtpMailer(server, settings.mail_from)


def _make_mail(settings: Settings, database: Database) -> AccountMail:
    return AccountMail(
        database,
        make_mailer(settings),
        link_url=settings.mail_link_url,
        reset_seconds=settings.reset_token_seconds,
        verify_seconds=settings.verify_token_seconds,
        secret_key=settings.secret_key.get_secret_value(),
    )
