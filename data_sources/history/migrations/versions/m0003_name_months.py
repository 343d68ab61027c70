"""On which days of a month each name comes up: a question over years looked into every day before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and fill it from the index of names, a month at a time."""
    op.create_table(
        "name_month",
        *(sa.Column(name, kind, nullable=False, autoincrement=False) for name, kind in (
            ("port", sa.SmallInteger()), ("month", sa.Integer()), ("name", sa.BigInteger()))),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("port", "month", "name"), sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    for port in connection.exec_driver_sql("SELECT id FROM port").scalars().all():
        after = 0
        while day := connection.scalar(sa.text("SELECT min(day) FROM mention WHERE port = :port AND day > :after"),
                                       {"port": port, "after": after}):
            month = day // 100
            first, after = month * 100 + 1, month * 100 + 31
            connection.execute(sa.text(_MONTH), {"port": port, "month": month, "first": first, "last": after})


_MONTH = """
    INSERT INTO name_month (port, month, name, days)
    SELECT CAST(:port AS SMALLINT), CAST(:month AS INTEGER), name, sum(1 << (day - CAST(:first AS INTEGER)))
    FROM (SELECT DISTINCT day, name FROM mention WHERE port = :port AND day BETWEEN :first AND :last) AS named
    GROUP BY name
"""
