"""Sends mail about accounts."""

from app.services.account_mail import SendAccountMail
from app.tasks.run import Run


async def send_account_mail(run: Run, payload: SendAccountMail) -> None:
    """Write the mail and hand it to the mail server; a repeat is the same mail again."""
    await run.resources.sign_in.account_mail.deliver(payload.kind, payload.user_id, key=run.key)
