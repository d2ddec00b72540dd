"""Deletion by age: the clock and the retention times in, how many rows went out."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, and_, delete, exists, or_

from channels.model import Sending
from channels.store import chain
from channels.store.tables import decisions, drill_runs, feedback, inbox, journal, outbox, profiles
from knowledge_base.model import Value

DAY = 86_400.0
VANISH_S = 3600.0
"""A reply that must vanish but was never fetched goes after this time."""


class Retention(Value):
    """How many days each kind of row is kept."""

    journal: int
    profile: int
    drill: int
    delivered: int


def purge(connection: Connection, now: dt.datetime, keep: Retention, key: bytes) -> int:
    """Deletes everything older than ``keep`` says; messages and replies still under way are never touched.

    ``key``: the chain of evidence then says of decisions and reviews that they went lawfully.
    """
    at = now.timestamp()
    delivered = at - keep.delivered * DAY
    old_drills = at - keep.drill * DAY
    gone = {kind: connection.execute(delete(table).where(table.c.at < old_drills).returning(table.c.id)).scalars().all()
            for kind, (table, _) in chain.TABLES.items()}
    deleted = sum(connection.execute(statement).rowcount for statement in (
        delete(inbox).where(inbox.c.state != "waiting", inbox.c.done_at < delivered),
        delete(outbox).where(outbox.c.state != Sending.WAITING.value, or_(
            outbox.c.created_at < delivered, and_(outbox.c.vanish, outbox.c.created_at < at - VANISH_S),
        )),
        delete(journal).where(journal.c.at < at - keep.journal * DAY),
        delete(feedback).where(feedback.c.at < at - keep.journal * DAY),
        delete(drill_runs).where(
            drill_runs.c.changed_at < old_drills, ~exists().where(decisions.c.run == drill_runs.c.id)
        ),
        delete(profiles).where(profiles.c.updated_at < at - keep.profile * DAY),
    ))
    for kind, rows in gone.items():  # last: whoever has the chain's lock must not wait for rows
        chain.erased(connection, key, kind, rows, at)
    return deleted + sum(len(rows) for rows in gone.values())
