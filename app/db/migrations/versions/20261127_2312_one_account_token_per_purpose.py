"""Keep one token of each purpose for a user.

Revision: b71c2e80d4a6
Follows: 5d0b7c1f9a3e
"""

from collections.abc import Sequence

from alembic import op

revision: str = "b71c2e80d4a6"
down_revision: str | None = "5d0b7c1f9a3e"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TABLE = "account_tokens"
_OLD, _NEW = "ix_account_tokens_user_id", "uq_account_tokens_user_id_purpose"
# Two attempts at one task may have left two rows; either of them may stay.
_DELETE_DOUBLES = """
DELETE FROM account_tokens WHERE EXISTS (
    SELECT 1 FROM account_tokens AS other
    WHERE other.user_id = account_tokens.user_id AND other.purpose = account_tokens.purpose
    AND other.digest > account_tokens.digest
)
"""


def upgrade() -> None:
    """Apply the change."""
    op.execute(_DELETE_DOUBLES)
    with op.get_context().autocommit_block():
        op.drop_index(_NEW, _TABLE, if_exists=True, postgresql_concurrently=True)
        op.create_index(
            _NEW,
            _TABLE,
            ["user_id", "purpose"],
            unique=True,
            if_not_exists=True,
            postgresql_concurrently=True,
        )
        op.drop_index(_OLD, _TABLE, if_exists=True, postgresql_concurrently=True)


def downgrade() -> None:
    """Take the change back."""
    with op.get_context().autocommit_block():
        op.drop_index(_OLD, _TABLE, if_exists=True, postgresql_concurrently=True)
        op.create_index(_OLD, _TABLE, ["user_id"], if_not_exists=True, postgresql_concurrently=True)
        op.drop_index(_NEW, _TABLE, if_exists=True, postgresql_concurrently=True)
