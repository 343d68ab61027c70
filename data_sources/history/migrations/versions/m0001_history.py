"""The tables of a history."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table("port", _key("id", sa.SmallInteger()), _needed("code", sa.Text()), sa.PrimaryKeyConstraint("id"),
                    sa.UniqueConstraint("code", name="port_code"))
    op.create_table("form", _key("kind", sa.SmallInteger()), _key("form", sa.SmallInteger()),
                    _needed("fields", sa.Text()), sa.PrimaryKeyConstraint("kind", "form"))
    op.create_table(
        "record", *_port_and_day(), _key("key"), _needed("kind", sa.SmallInteger()), _needed("form", sa.SmallInteger()),
        _needed("seq", sa.Integer()), _needed("observed_at"), _needed("received_at"), _needed("body", sa.Text()),
        sa.PrimaryKeyConstraint("port", "day", "key"),
    )
    op.create_index("record_received", "record", ["port", "received_at", "kind", "seq"])
    op.create_index("record_observed", "record", ["port", "observed_at"])
    op.create_table(
        "mention", *_port_and_day(), _key("name"), _key("observed_at"), _key("kind", sa.SmallInteger()), _key("key"),
        sa.PrimaryKeyConstraint("port", "day", "name", "observed_at", "kind", "key"), sqlite_with_rowid=False,
    )
    op.create_table(
        "chunk", *_port_and_day(), _key("series", sa.SmallInteger()), _key("minute", sa.Integer()),
        _key("part", sa.Integer()), _needed("bucket", sa.Integer()), _needed("row_count", sa.Integer()),
        _needed("first_received"), _needed("last_received"), _needed("min_observed"), _needed("max_observed"),
        _needed("who", sa.LargeBinary()), _needed("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("port", "day", "series", "minute", "part"),
    )
    op.create_index("chunk_observed", "chunk", ["port", "series", "min_observed"])
    op.create_table(
        "keyframe", *_port_and_day(), _key("at"), _needed("base_at"), _needed("version", sa.Integer()),
        _needed("body", sa.LargeBinary()), sa.PrimaryKeyConstraint("port", "day", "at"),
    )
    op.create_table(
        "warning_step", *_port_and_day(), _key("key"), _needed("at"),
        *(_needed(name, sa.Text()) for name in ("warning", "rule", "subject", "step", "operator", "note", "detail")),
        sa.PrimaryKeyConstraint("port", "day", "key"),
    )
    op.create_index("warning_step_at", "warning_step", ["port", "at"])
    op.create_table(
        "gap", *_port_and_day(), _key("from_at"), _key("until_at"), _key("why", sa.Text()),
        _needed("kinds", sa.Text()), sa.PrimaryKeyConstraint("port", "day", "from_at", "until_at", "why"),
    )
    op.create_table(
        "day_count", *_port_and_day(), _key("kind", sa.SmallInteger()), _needed("row_count"), _needed("first_at"),
        _needed("last_at"), sa.PrimaryKeyConstraint("port", "day", "kind"),
    )
    op.create_table(
        "retention", _key("port", sa.SmallInteger()), _key("category", sa.Text()), _needed("days", sa.Integer()),
        sa.PrimaryKeyConstraint("port", "category"),
    )
    op.create_table(
        "hold", _key("port", sa.SmallInteger()), _key("case_id", sa.Text()), _key("placed_at"),
        _needed("from_day", sa.Integer()), _needed("until_day", sa.Integer()), _needed("names", sa.Text()),
        _needed("placed_by", sa.Text()), _needed("reason", sa.Text()), sa.Column("lifted_at", sa.BigInteger()),
        sa.Column("lifted_by", sa.Text()), sa.PrimaryKeyConstraint("port", "case_id", "placed_at"),
    )
    op.create_table(
        "damaged", *_port_and_day(), _key("what", sa.Text()), _needed("found_at"), _needed("reason", sa.Text()),
        _needed("body", sa.LargeBinary()), sa.PrimaryKeyConstraint("port", "day", "what"),
    )
    if op.get_context().dialect.name == "postgresql":
        for table in ("chunk", "keyframe"):  # already compressed: kept apart from the row, and not compressed again
            op.execute(f"ALTER TABLE {table} ALTER COLUMN body SET STORAGE EXTERNAL")


def _key(name: str, kind: sa.types.TypeEngine[Any] | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind or sa.BigInteger(), nullable=False, autoincrement=False)


def _needed(name: str, kind: sa.types.TypeEngine[Any] | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind or sa.BigInteger(), nullable=False)


def _port_and_day() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return _key("port", sa.SmallInteger()), _key("day", sa.Integer())
