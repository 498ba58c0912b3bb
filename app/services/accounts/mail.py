"""Mail about accounts: requested in a transaction, then written and sent by a background task.

The task contains only the kind of mail and the id of the account. The token is derived from the
server's secret when the mail is written, so no queue, log or backup contains a valid token.
"""

from typing import ClassVar, Literal
from uuid import UUID

from app.core.crypto.opaque import derive_secret, digest
from app.core.mail import Mail, Mailer
from app.db.models.account_tokens import Purpose
from app.db.models.users import User
from app.db.unit_of_work import Database
from app.services.support.outbox import Payload

Kind = Literal["reset-password", "verify-email", "already-registered"]


class SendAccountMail(Payload):
    """Write and send a mail about an account."""

    task: ClassVar = "send_account_mail"

    kind: Kind
    user_id: UUID


class AccountMail:
    """Writes and sends the mail that account operations request.

    Args:
        link_url: Web page that the links lead to; without it the mail contains only the code.
        reset_seconds: Lifetime of a token that resets a password.
        verify_seconds: Lifetime of a token that verifies an address.
        secret_key: The key from which tokens are derived.
    """

    def __init__(
        self,
        database: Database,
        mailer: Mailer,
        *,
        link_url: str | None,
        reset_seconds: int,
        verify_seconds: int,
        secret_key: str,
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._link_url = link_url
        self._secret_key = secret_key
        self._lives: dict[Purpose, int] = {
            "reset-password": reset_seconds,
            "verify-email": verify_seconds,
        }

    async def deliver(self, kind: Kind, user_id: UUID, *, key: str) -> None:
        """Write a mail and send it.

        Nothing is sent if the account was deleted or disabled, or if the token of the mail was
        used, withdrawn or replaced by a later one.

        Args:
            kind: The purpose of the mail.
            user_id: The recipient.
            key: Id of the task; a repeat sends the same Message-ID and token again.

        Raises:
            MailFailed: The mail server did not accept it.
        """
        async with self._database.write() as work:
            user = await work.users.get(work.users.self_of(user_id), user_id)
            if user is None or user.disabled_at is not None:
                return
            secret = None
            if kind != "already-registered":
                secret = derive_secret(self._secret_key, f"account mail {key}")
                is_valid = await work.account_tokens.put(
                    digest(secret),
                    user.id,
                    kind,
                    task_id=UUID(key),
                    life_seconds=self._lives[kind],
                )
                if not is_valid:
                    return
        await self._mailer.send(self._write(kind, user, secret, key))

    def _write(self, kind: Kind, user: User, secret: str | None, key: str) -> Mail:
        if kind == "already-registered" or secret is None:
            text = (
                "Somebody tried to create an account with this address, which has one already.\n"
                "If it was you, sign in, or ask for a new password.\n"
                "If not, there is nothing to do: nothing was changed.\n"
            )
            return Mail(key=key, to=user.email, subject="You have an account already", text=text)
        minutes = max(1, round(self._lives[kind] / 60))
        subject, purpose = _TEXTS[kind]
        text = (
            f"{purpose}\n\n{self._way(kind, secret)}\n\n"
            f"It works once, within {minutes} minutes. If you did not request it, ignore this.\n"
        )
        return Mail(key=key, to=user.email, subject=subject, text=text)

    def _way(self, kind: Purpose, secret: str) -> str:
        if self._link_url is None:
            return f"Code: {secret}"
        # Browsers do not send the fragment of a URL, so no server logs it.
        return f"{self._link_url}/{kind}#token={secret}"


_TEXTS: dict[Purpose, tuple[str, str]] = {
    "reset-password": ("Your new password", "With this you can set a new password:"),
    "verify-email": ("Please confirm your address", "This confirms that the address is yours:"),
}
