"""Keep files that users upload.

Revision: 3c436840f138
Follows: b4f90d17e6a2
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "3c436840f138"
down_revision: str | None = "b4f90d17e6a2"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(length=50), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("scan", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("scan IN ('pending', 'clean', 'infected')", name=op.f("ck_files_scan")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_files_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_index(op.f("ix_files_owner_id"), "files", ["owner_id"])
    op.create_index(
        "ix_files_broken_off",
        "files",
        ["created_at"],
        postgresql_where=sa.text("sha256 IS NULL"),
        sqlite_where=sa.text("sha256 IS NULL"),
    )

    op.create_table(
        "file_chunks",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_file_chunks_file_id_files"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_file_chunks")),
    )

    op.create_table(
        "received_scans",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_scans")),
    )
    op.create_index(op.f("ix_received_scans_received_at"), "received_scans", ["received_at"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("received_scans")
    op.drop_table("file_chunks")
    op.drop_table("files")
