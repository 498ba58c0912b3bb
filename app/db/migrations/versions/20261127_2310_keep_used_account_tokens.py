"""Keep used tokens of accounts.

Revision: 5d0b7c1f9a3e
Follows: e06436232445
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5d0b7c1f9a3e"
down_revision: str | None = "e06436232445"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("account_tokens", sa.Column("task_id", sa.Uuid(), nullable=True))
    op.add_column("account_tokens", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("account_tokens", "used_at")
    op.drop_column("account_tokens", "task_id")
