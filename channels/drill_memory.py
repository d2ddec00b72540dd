"""Drills between store and bot: rows in, what a turn remembers out, and back."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from bot.drills.model import Decision, Run
from bot.drills.spacing import schedule
from bot.memory import Memory
from bot.model import ConversationId
from bot.outcome import Outcome
from channels.store import drills
from channels.store.database import Connection


def recall(connection: Connection, memory: Memory) -> Memory:
    """The memory with the open run and with what was practised, made anew from all decisions."""
    conversation = memory.profile.conversation
    body = drills.open_run(connection, conversation)
    made = drills.decisions_of(connection, conversation)
    items = schedule((), [_decision(one) for one in made]) if made else ()
    return replace(memory, drill=Run.model_validate_json(body) if body else None, items=items)


def keep(connection: Connection, conversation: ConversationId, outcome: Outcome, now: float, key: bytes) -> None:
    """Stores the run this turn opened, moved or closed, and the decisions made in it, sealed with ``key``."""
    run, open_now = outcome.run, outcome.memory.drill
    if open_now is None:
        drills.close_all(connection, conversation, now)
    if run is None:
        return
    drills.put_run(connection, conversation, run.id, run.scenario, run.model_dump_json(), now,
                   is_open=open_now is not None and open_now.id == run.id)
    drills.add_decisions(connection, conversation, run.id, [_made(one) for one in outcome.decisions], now, key)


def _made(decision: Decision) -> drills.Made:
    """What is stored of a decision; a free answer has no option, no grade and no place."""
    option = decision.option
    return drills.Made(
        step=decision.number, body=decision.model_dump_json(), scenario=decision.scenario, scene=decision.scene,
        option=option, grade=decision.grade, competency=decision.competency,
        place=decision.order.index(option) if option in decision.order else None, took_s=decision.took_s,
    )


@lru_cache(maxsize=4096)
def _decision(body: str) -> Decision:
    return Decision.model_validate_json(body)
