"""Verified and disabled accounts.

Revision: 1b4ea2730677
Follows: 9078d7d210ea
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "1b4ea2730677"
down_revision: str | None = "9078d7d210ea"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("disabled_at")
        batch_op.drop_column("email_verified_at")
