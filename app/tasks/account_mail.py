"""Sends mail about accounts."""

from app.services.accounts.mail import SendAccountMail
from app.tasks.engine.context import TaskContext


async def send_account_mail(context: TaskContext, payload: SendAccountMail) -> None:
    """Write the mail and send it to the mail server; a retry sends the same mail."""
    await context.resources.sign_in.account_mail.deliver(
        payload.kind, payload.user_id, key=context.idempotency_key
    )
