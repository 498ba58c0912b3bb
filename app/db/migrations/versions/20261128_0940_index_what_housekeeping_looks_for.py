"""Index what housekeeping looks for.

Revision: b4f90d17e6a2
Follows: 7a52e8c4d310
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b4f90d17e6a2"
down_revision: str | None = "7a52e8c4d310"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INDEXES = {
    # part exports
    "ix_exports_unwanted_file": (
        "exports",
        "id",
        "status IN ('failed', 'cancelled') AND chunks > 0",
    ),
    # end part
    "ix_sessions_idle_until": ("sessions", "idle_until", None),
    "ix_users_deleted_at": ("users", "deleted_at", "deleted_at IS NOT NULL"),
}


def upgrade() -> None:
    """Apply the change; the indexes are built beside the writers."""
    with op.get_context().autocommit_block():
        for name, (table, column, condition) in INDEXES.items():
            where = None if condition is None else sa.text(condition)
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
            op.create_index(
                name,
                table,
                [column],
                if_not_exists=True,
                postgresql_concurrently=True,
                postgresql_where=where,
                sqlite_where=where,
            )


def downgrade() -> None:
    """Take the change back."""
    with op.get_context().autocommit_block():
        for name, (table, _, _) in INDEXES.items():
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
