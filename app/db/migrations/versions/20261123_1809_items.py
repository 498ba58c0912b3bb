"""Create items.

Revision: 4d27a90c51be
Follows: 3ecb48c5d3bf
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "4d27a90c51be"
down_revision: str | None = "3ecb48c5d3bf"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column(
            "name",
            sa.String(length=200).with_variant(
                postgresql.VARCHAR(length=200, collation="C"), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=2000), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'active', 'archived')", name=op.f("ck_items_status")
        ),
        sa.CheckConstraint("quantity BETWEEN 0 AND 1000000", name=op.f("ck_items_quantity")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_items_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )
    op.create_index(
        op.f("ix_items_owner_id_created_at_id"), "items", ["owner_id", "created_at", "id"]
    )
    op.create_index(op.f("ix_items_owner_id_name_id"), "items", ["owner_id", "name", "id"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("items")
