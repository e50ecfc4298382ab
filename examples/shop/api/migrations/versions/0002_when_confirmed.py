"""Orders know when they were confirmed: what this branch adds to production."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add orders.confirmed_at, fill it for the orders that are there, index what still waits."""
    op.execute("ALTER TABLE orders ADD COLUMN confirmed_at timestamptz")
    op.execute(
        "UPDATE orders SET confirmed_at = payments.captured_at FROM payments WHERE payments.order_id = orders.id"
    )
    op.execute("CREATE INDEX orders_waiting ON orders (placed_at) WHERE status = 'received'")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT orders_confirmed CHECK"
        " (confirmed_at IS NOT NULL OR status IN ('received', 'rejected'))"
    )


def downgrade() -> None:
    """Back to production's orders."""
    op.execute("DROP INDEX orders_waiting")
    op.execute("ALTER TABLE orders DROP COLUMN confirmed_at")
