"""What administrators may change about accounts, and what has to stay."""

from datetime import UTC, datetime

from pydantic import MISSING

from app.core.audit import Event
from app.core.exceptions import Conflict
from app.db.models.users import User
from app.db.unit_of_work import UnitOfWork
from app.schemas import v1


async def require_another_admin(work: UnitOfWork, user: User) -> None:
    """Refuse to lose the last administrator.

    Raises:
        Conflict: The user is the last active administrator.
    """
    if user.role != "admin" or user.disabled_at is not None:
        return
    if await work.users.lock_active_admins() <= {user.id}:
        raise Conflict("This is the last active administrator; make somebody else one first.")


def change_access(user: User, body: v1.AccountUpdate) -> list[Event]:
    """Set role and state of an account; return an event for each that differs now."""
    events = []
    if body.role is not MISSING and body.role != user.role:
        user.role = body.role.value
        events.append(Event.ROLE_CHANGED)
    if body.disabled is not MISSING and body.disabled != (user.disabled_at is not None):
        user.disabled_at = datetime.now(UTC) if body.disabled else None
        events.append(Event.USER_DISABLED if body.disabled else Event.USER_ENABLED)
    return events
