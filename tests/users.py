"""Users as rows, for tests below HTTP; over HTTP `clients.sign_up` registers them."""

from uuid import uuid4

from app.db.models import User


def new_user(email: str | None = None) -> User:
    """Return a user who cannot sign in, with an address of its own unless one is given."""
    return User(
        email=email or f"{uuid4().hex}@example.com",
        password_hash="-",
        role="user",
        display_name=None,
    )
