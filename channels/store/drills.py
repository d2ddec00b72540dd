"""Drills: runs as they stand and decisions as they were made. Runs change, decisions are only appended.

Bodies are the bot's own JSON; the store does not look into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from bot.model import ConversationId
from channels.store import chain
from channels.store.tables import decisions, drill_runs
from channels.store.upsert import insert


def open_run(connection: Connection, conversation: ConversationId) -> str | None:
    """The body of the open run, or ``None``."""
    return connection.execute(
        select(drill_runs.c.body)
        .where(drill_runs.c.conversation == conversation, drill_runs.c.open)
        .order_by(drill_runs.c.changed_at.desc()).limit(1)
    ).scalar_one_or_none()


def put_run(connection: Connection, conversation: ConversationId, run: str, scenario: str, body: str, now: float, *,
            is_open: bool) -> None:
    """Stores a run as it stands now."""
    values = {"open": is_open, "body": body, "changed_at": now}
    connection.execute(
        insert(connection, drill_runs)
        .values(id=run, conversation=conversation, scenario=scenario, started_at=now, **values)
        .on_conflict_do_update(index_elements=["id"], set_=values)
    )


def close_all(connection: Connection, conversation: ConversationId, now: float) -> None:
    """No run is open any more."""
    connection.execute(
        update(drill_runs).where(drill_runs.c.conversation == conversation, drill_runs.c.open)
        .values(open=False, changed_at=now)
    )


class Made(NamedTuple):
    """One decision: its number in the run, its body, and what the desk counts. ``place``: 0-based, as shown."""

    step: int
    body: str
    scenario: str
    scene: str
    option: str | None
    grade: str | None
    competency: str | None
    place: int | None
    took_s: float


def add_decisions(connection: Connection, conversation: ConversationId, run: str, made: Sequence[Made], now: float,
                  key: bytes) -> None:
    """Appends decisions, each with its link in the chain; a step decided twice violates a constraint."""
    for one in made:
        connection.execute(decisions.insert().values(run=run, conversation=conversation, at=now, **one._asdict()))
    if made:
        steps = [one.step for one in made]
        chain.append(connection, key, "decision", connection.execute(
            select(decisions.c.id).where(decisions.c.run == run, decisions.c.step.in_(steps))).scalars(), now)


def decisions_of(connection: Connection, conversation: ConversationId) -> tuple[str, ...]:
    """The bodies of every decision of a person, oldest first."""
    return tuple(connection.execute(
        select(decisions.c.body).where(decisions.c.conversation == conversation).order_by(decisions.c.id)
    ).scalars())
