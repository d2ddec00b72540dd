"""The trainers' desk: accounts, sessions, cohorts, reviews, the chain of evidence, and decisions that can be counted."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_NEW = ("scenario", "scene", "option", "grade", "competency", "place", "took_s")


def upgrade() -> None:
    with op.batch_alter_table("decisions") as table:
        table.add_column(sa.Column("scenario", sa.Text, nullable=False, server_default=""))
        table.add_column(sa.Column("scene", sa.Text, nullable=False, server_default=""))
        table.add_column(sa.Column("option", sa.Text))
        table.add_column(sa.Column("grade", sa.Text))
        table.add_column(sa.Column("competency", sa.Text))
        table.add_column(sa.Column("place", sa.Integer))
        table.add_column(sa.Column("took_s", sa.Double))
    op.create_index("ix_decisions_item", "decisions", ["scenario", "scene", "option"])
    _take_out()
    op.create_table(
        "trainers",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False, server_default="en"),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("locked_until", sa.Double, nullable=False, server_default="0"),
        sa.UniqueConstraint("name", name="uq_trainers_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "desk_sessions",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("trainer", sa.BigInteger, sa.ForeignKey("trainers.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("csrf", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("used_at", sa.Double, nullable=False),
    )
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("country", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.UniqueConstraint("code", name="uq_cohorts_code"),
    )
    op.create_table(
        "cohort_trainers",
        sa.Column("cohort", sa.Text, sa.ForeignKey("cohorts.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("trainer", sa.BigInteger, sa.ForeignKey("trainers.id", ondelete="CASCADE"), primary_key=True,
                  index=True),
        sa.Column("owner", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )
    op.create_table(
        "reviews",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("at", sa.Double, nullable=False, index=True),
        sa.Column("conversation", sa.Text, nullable=False, index=True),
        sa.Column("answer_id", sa.Text, nullable=False, index=True),
        sa.Column("trainer", sa.BigInteger, sa.ForeignKey("trainers.id"), nullable=False, index=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "chain",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("row", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("kind", "row", name="uq_chain_kind_row"),
    )


def _take_out() -> None:
    """Fills the new columns of old decisions from their bodies."""
    connection = op.get_bind()
    table = sa.table("decisions", *(sa.column(name) for name in ("id", "body", *_NEW)))
    for row in connection.execute(sa.select(table.c.id, table.c.body)).all():
        body = json.loads(row.body)
        order, option = body.get("order") or [], body.get("option")
        connection.execute(table.update().where(table.c.id == row.id).values(
            scenario=body.get("scenario", ""), scene=body.get("scene", ""), option=option, grade=body.get("grade"),
            competency=body.get("competency"), place=order.index(option) if option in order else None,
        ))


def downgrade() -> None:
    for table in ("chain", "reviews", "cohort_trainers", "cohorts", "desk_sessions", "trainers"):
        op.drop_table(table)
    op.drop_index("ix_decisions_item", "decisions")
    with op.batch_alter_table("decisions") as table:
        for name in _NEW:
            table.drop_column(name)
