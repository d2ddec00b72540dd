"""Reviews: what a trainer thinks of an answer. Appended, each with its link in the chain; the latest of a trainer counts."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, Row, Select, func, select

from bot.model import ConversationId
from channels.store import chain
from channels.store.tables import reviews, trainers


class Verdict(StrEnum):
    """``right``: as it should be; ``fix``: wrong, incomplete or wrongly refused; ``escalate``: somebody else must look."""

    RIGHT = "right"
    FIX = "fix"
    ESCALATE = "escalate"


class Review(NamedTuple):
    """One verdict. ``conversation``: of the person who asked; ``trainer``: the id; ``shown``: the trainer's name."""

    at: float
    conversation: ConversationId
    answer_id: str
    trainer: int
    verdict: str
    note: str
    shown: str = ""


def add(connection: Connection, key: bytes, review: Review) -> None:
    """Appends a verdict; an earlier one of the same trainer stays and no longer counts."""
    number = connection.execute(reviews.insert().values(
        at=review.at, conversation=review.conversation, answer_id=review.answer_id, trainer=review.trainer,
        verdict=Verdict(review.verdict).value, note=review.note,
    ).returning(reviews.c.id)).scalar_one()
    chain.append(connection, key, "review", [number], review.at)


def of_answer(connection: Connection, answer_id: str) -> tuple[Review, ...]:
    """The verdicts that count, one for each trainer, oldest first."""
    return _read(connection, _one_each(first=False).where(reviews.c.answer_id == answer_id))


def of_answers(connection: Connection, answer_ids: Iterable[str], *, first: bool = False) -> dict[str, tuple[Review, ...]]:
    """The same for many answers; one without a verdict is missing. ``first``: each trainer's first verdict instead."""
    wanted, found = sorted(set(answer_ids)), dict[str, tuple[Review, ...]]()
    for start in range(0, len(wanted), 500):
        for review in _read(connection, _one_each(first).where(reviews.c.answer_id.in_(wanted[start:start + 500]))):
            found[review.answer_id] = (*found.get(review.answer_id, ()), review)
    return found


def _one_each(first: bool) -> Select[tuple[object, ...]]:
    number = func.min(reviews.c.id) if first else func.max(reviews.c.id)
    chosen = select(number).group_by(reviews.c.answer_id, reviews.c.trainer)
    return select(reviews, trainers.c.shown).join(trainers).where(reviews.c.id.in_(chosen)).order_by(reviews.c.id)


def _read(connection: Connection, query: Select[tuple[object, ...]]) -> tuple[Review, ...]:
    def review(row: Row[tuple[object, ...]]) -> Review:
        return Review(row.at, ConversationId(row.conversation), row.answer_id, row.trainer, row.verdict, row.note, row.shown)

    return tuple(review(row) for row in connection.execute(query))
