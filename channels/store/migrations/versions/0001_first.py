"""First tables: inbox, outbox, journal, profiles, drills, feedback, Telegram offset."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("update_id", sa.Text, nullable=False),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("address", sa.Text),
        sa.Column("received_at", sa.Double, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease", sa.Text),
        sa.Column("lease_until", sa.Double, nullable=False, server_default="0"),
        sa.Column("done_at", sa.Double),
        sa.UniqueConstraint("channel", "update_id", name="uq_inbox_channel_update_id"),
        sa.UniqueConstraint("message_id", name="uq_inbox_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_waiting", "inbox", ["conversation", "id"], sqlite_where=_WAITING,
                    postgresql_where=_WAITING)
    op.create_index("ix_inbox_conversation", "inbox", ["conversation"])
    op.create_table(
        "outbox",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("parts_sent", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sent_ref", sa.BigInteger),
        sa.Column("lease", sa.Text),
        sa.Column("next_at", sa.Double, nullable=False, server_default="0"),
        sa.Column("sent_at", sa.Double),
        sa.Column("vanish", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.UniqueConstraint("message_id", "seq", name="uq_outbox_message_id_seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_waiting", "outbox", ["conversation", "id"], sqlite_where=_WAITING,
                    postgresql_where=_WAITING)
    op.create_index("ix_outbox_conversation", "outbox", ["conversation", "id"])
    op.create_table(
        "journal",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("at", sa.Double, nullable=False, index=True),
        sa.Column("conversation", sa.Text, nullable=False, index=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("country", sa.Text),
        sa.Column("role", sa.Text),
        sa.Column("question", sa.Text),
        sa.Column("answer_id", sa.Text, index=True),
        sa.Column("answer_kind", sa.Text),
        sa.Column("answer_reason", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("confidence", sa.Double),
        sa.Column("degraded", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("turn_ms", sa.Double, nullable=False, server_default="0"),
        sa.UniqueConstraint("message_id", name="uq_journal_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "profiles",
        sa.Column("conversation", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("cohort", sa.Text, index=True),
        sa.Column("address", sa.Text),
        sa.Column("updated_at", sa.Double, nullable=False, index=True),
    )
    op.create_table(
        "drill_runs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("conversation", sa.Text, nullable=False, index=True),
        sa.Column("scenario", sa.Text, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
    )
    op.create_table(
        "decisions",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("run", sa.Text, sa.ForeignKey("drill_runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("conversation", sa.Text, nullable=False, index=True),
        sa.Column("at", sa.Double, nullable=False, index=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("run", "step", name="uq_decisions_run_step"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "feedback",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("conversation", sa.Text, nullable=False, index=True),
        sa.Column("answer_id", sa.Text, nullable=False, index=True),
        sa.Column("good", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "forgetting",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("since", sa.Double, nullable=False),
    )
    op.create_table(
        "telegram_offset",
        sa.Column("bot", sa.Text, primary_key=True),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "telegram_offset", "forgetting", "feedback", "decisions", "drill_runs", "profiles", "journal", "outbox", "inbox",
    ):
        op.drop_table(table)
