"""Keep answers as they were sent.

Revision: 3c1d6a0b9f27
Follows: b71c2e80d4a6
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "3c1d6a0b9f27"
down_revision: str | None = "b71c2e80d4a6"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply the change.

    An answer that is there already has no status: its repeats get 409 until the key expires.
    """
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("headers", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("contract", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Take the change back.

    The release before cannot read these answers: their repeats get 409 until the key expires.
    """
    op.execute(
        "UPDATE idempotency_keys SET answer = NULL, lease_until = expires_at "
        "WHERE status IS NOT NULL"
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.drop_column("contract")
        batch_op.drop_column("headers")
        batch_op.drop_column("status")
