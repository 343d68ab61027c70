"""The steps that operators at several desks share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    texts = ("step", "operator", "note", "desk")
    op.create_table(
        "operator_step",
        sa.Column("port", sa.SmallInteger(), nullable=False, autoincrement=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("seq", "at", "until")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.PrimaryKeyConstraint("port", "warning", "number"),
    )
    op.create_index("operator_step_seq", "operator_step", ["port", "seq"], unique=True)
