"""When somebody joined their cohort: trainers see nothing from before. The card of an answer, and two indexes, to count by."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"

_COUNTED = ("conversation", "at", "scenario", "scene", "option", "grade", "competency", "run", "took_s")


def upgrade() -> None:
    op.add_column("profiles", sa.Column("joined_at", sa.Double))
    _fill()
    op.add_column("journal", sa.Column("card", sa.Text))
    _take_out()
    op.create_index("ix_decisions_counted", "decisions", list(_COUNTED))
    op.create_index("ix_feedback_at", "feedback", ["at"])


def _fill() -> None:
    """The journal says when somebody joined. Whose entry is too old to be kept joined before its oldest one: they are
    seen from that one on. Where the journal is empty, from now on."""
    connection = op.get_bind()
    journal = sa.table("journal", sa.column("conversation"), sa.column("at"), sa.column("action"))
    profiles = sa.table("profiles", sa.column("conversation"), sa.column("cohort"), sa.column("joined_at"))
    joined = sa.select(sa.func.max(journal.c.at)).where(
        journal.c.conversation == profiles.c.conversation, journal.c.action == "join").scalar_subquery()
    oldest = connection.execute(sa.select(sa.func.min(journal.c.at))).scalar_one()
    connection.execute(profiles.update().where(profiles.c.cohort.is_not(None)).values(
        joined_at=sa.func.coalesce(joined, time.time() if oldest is None else oldest)))


def _take_out() -> None:
    """Fills the new column from the answers."""
    lite = op.get_bind().dialect.name == "sqlite"
    card = "json_extract(answer, '$.sentences[0].card')" if lite else "answer::json -> 'sentences' -> 0 ->> 'card'"
    op.execute(f"UPDATE journal SET card = {card} WHERE answer IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_feedback_at", "feedback")
    op.drop_index("ix_decisions_counted", "decisions")
    with op.batch_alter_table("journal") as table:
        table.drop_column("card")
    with op.batch_alter_table("profiles") as table:
        table.drop_column("joined_at")
