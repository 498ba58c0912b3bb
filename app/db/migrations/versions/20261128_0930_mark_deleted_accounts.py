"""Mark deleted accounts.

Revision: 7a52e8c4d310
Follows: 3c1d6a0b9f27
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "7a52e8c4d310"
down_revision: str | None = "3c1d6a0b9f27"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply the change."""
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the change back: what is left of a deleted account is a disabled account then."""
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_column("deleted_at")
