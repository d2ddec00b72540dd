"""Cohorts: groups of learners that trainers look after. Whose eyes in, which cohorts and who is in them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, select, update

from bot.model import ConversationId, Profile
from channels.store.joined import decided_inside
from channels.store.tables import cohort_trainers, cohorts, decisions, profiles, trainers
from channels.store.trainers import DeskRole, Trainer
from channels.store.upsert import insert
from knowledge_base.model import Country


@dataclass(frozen=True)
class Cohort:
    """``code``: what learners type to join; ``owner``: the trainer who asked owns it; ``learners``: how many are in it."""

    id: str
    name: str
    code: str
    country: Country | None
    created_at: float
    closed: bool
    owner: bool = False
    learners: int = 0


@dataclass(frozen=True)
class Member:
    """A trainer of a cohort."""

    trainer: int
    name: str
    shown: str
    owner: bool


@dataclass(frozen=True)
class Learner:
    """A person in a cohort. ``seen_at``: last turn; ``decisions`` and ``practised_at``: since they
    joined, ``None`` before the first."""

    conversation: ConversationId
    seen_at: float
    decisions: int
    practised_at: float | None


def add(connection: Connection, cohort: Cohort, owner: int) -> bool:
    """A new cohort with its owner; False when the code is taken (make another)."""
    made = connection.execute(insert(connection, cohorts).values(
        id=cohort.id, name=cohort.name, code=cohort.code, country=cohort.country.value if cohort.country else None,
        created_at=cohort.created_at, closed=cohort.closed,
    ).on_conflict_do_nothing().returning(cohorts.c.id)).scalar_one_or_none()
    if made is not None:
        let_in(connection, cohort.id, owner, owner=True)
    return made is not None


def seen_by(connection: Connection, trainer: Trainer) -> tuple[Cohort, ...]:
    """The cohorts this trainer may see, open ones first, then by name: their own, or all for leads and admins."""
    rows = connection.execute(_visible(trainer).order_by(cohorts.c.closed, cohorts.c.name, cohorts.c.id))
    return tuple(_cohort(row) for row in rows)


def see(connection: Connection, trainer: Trainer, cohort: str) -> Cohort | None:
    """One cohort, if this trainer may see it."""
    row = connection.execute(_visible(trainer).where(cohorts.c.id == cohort)).first()
    return None if row is None else _cohort(row)


def by_code(connection: Connection, code: str) -> Cohort | None:
    """The open cohort with this code."""
    row = connection.execute(select(cohorts).where(cohorts.c.code == code, ~cohorts.c.closed)).first()
    return None if row is None else _plain(row)


def by_id(connection: Connection, cohort: str) -> Cohort | None:
    """The cohort, whoever asks."""
    row = connection.execute(select(cohorts).where(cohorts.c.id == cohort)).first()
    return None if row is None else _plain(row)


def rename(connection: Connection, cohort: str, name: str, country: Country | None) -> None:
    connection.execute(update(cohorts).where(cohorts.c.id == cohort).values(
        name=name, country=country.value if country else None))


def set_closed(connection: Connection, cohort: str, closed: bool) -> None:
    """Nobody can join a closed cohort; who is in it stays."""
    connection.execute(update(cohorts).where(cohorts.c.id == cohort).values(closed=closed))


def set_code(connection: Connection, cohort: str, code: str) -> bool:
    """Another code, the old one stops working; False when it is taken."""
    if connection.execute(select(cohorts.c.id).where(cohorts.c.code == code)).first() is not None:
        return False
    connection.execute(update(cohorts).where(cohorts.c.id == cohort).values(code=code))
    return True


def let_in(connection: Connection, cohort: str, trainer: int, *, owner: bool = False) -> None:
    """The trainer belongs to the cohort, or from now on owns it (or no longer)."""
    connection.execute(insert(connection, cohort_trainers).values(cohort=cohort, trainer=trainer, owner=owner)
                       .on_conflict_do_update(index_elements=["cohort", "trainer"], set_={"owner": owner}))


def put_out(connection: Connection, cohort: str, trainer: int) -> None:
    connection.execute(delete(cohort_trainers).where(
        cohort_trainers.c.cohort == cohort, cohort_trainers.c.trainer == trainer))


def trainers_of(connection: Connection, cohort: str) -> tuple[Member, ...]:
    """Who looks after the cohort, owners first."""
    rows = connection.execute(
        select(trainers.c.id, trainers.c.name, trainers.c.shown, cohort_trainers.c.owner)
        .join(cohort_trainers, cohort_trainers.c.trainer == trainers.c.id).where(cohort_trainers.c.cohort == cohort)
        .order_by(cohort_trainers.c.owner.desc(), trainers.c.name))
    return tuple(Member(row.id, row.name, row.shown, row.owner) for row in rows)


def others(connection: Connection, cohort: str) -> tuple[Member, ...]:
    """Enabled trainers who do not belong to the cohort, by name."""
    inside = select(cohort_trainers.c.trainer).where(cohort_trainers.c.cohort == cohort)
    rows = connection.execute(select(trainers.c.id, trainers.c.name, trainers.c.shown).where(
        ~trainers.c.disabled, trainers.c.id.not_in(inside)).order_by(trainers.c.name))
    return tuple(Member(row.id, row.name, row.shown, owner=False) for row in rows)


def learners(connection: Connection, cohort: str) -> tuple[Learner, ...]:
    """Everybody in the cohort, who was seen last first."""
    rows = connection.execute(
        select(profiles.c.conversation, profiles.c.updated_at, func.count(decisions.c.id).label("decisions"),
               func.max(decisions.c.at).label("practised_at"))
        .outerjoin(decisions, and_(decisions.c.conversation == profiles.c.conversation, decided_inside()))
        .where(profiles.c.cohort == cohort).group_by(profiles.c.conversation, profiles.c.updated_at)
        .order_by(profiles.c.updated_at.desc(), profiles.c.conversation))
    return tuple(Learner(ConversationId(row.conversation), row.updated_at, row.decisions, row.practised_at) for row in rows)


def take_out(connection: Connection, cohort: str, conversation: ConversationId) -> bool:
    """The learner belongs to no cohort any more; what they did stays theirs. False when they were not in this one."""
    body = connection.execute(select(profiles.c.body).where(
        profiles.c.conversation == conversation, profiles.c.cohort == cohort).with_for_update()).scalar_one_or_none()
    if body is None:
        return False
    profile = Profile.model_validate_json(body).model_copy(update={"cohort": None})
    connection.execute(update(profiles).where(profiles.c.conversation == conversation).values(
        body=profile.model_dump_json(), cohort=None, joined_at=None))
    return True


def ids_seen_by(connection: Connection, trainer: Trainer) -> Sequence[str] | None:
    """The ids of the cohorts this trainer belongs to; ``None`` = all, for leads and admins."""
    if trainer.is_at_least(DeskRole.LEAD):
        return None
    return tuple(connection.execute(
        select(cohort_trainers.c.cohort).where(cohort_trainers.c.trainer == trainer.id)).scalars())


def _visible(trainer: Trainer) -> Select[Any]:
    mine = and_(cohort_trainers.c.cohort == cohorts.c.id, cohort_trainers.c.trainer == trainer.id)
    count = select(func.count()).select_from(profiles).where(profiles.c.cohort == cohorts.c.id).scalar_subquery()
    query = select(cohorts, func.coalesce(cohort_trainers.c.owner, False).label("owner"), count.label("learners"))
    if trainer.is_at_least(DeskRole.LEAD):
        return query.select_from(cohorts.outerjoin(cohort_trainers, mine))
    return query.select_from(cohorts.join(cohort_trainers, mine))


def _cohort(row: Row[Any]) -> Cohort:
    return Cohort(row.id, row.name, row.code, Country(row.country) if row.country else None, row.created_at, row.closed,
                  bool(row.owner), row.learners)


def _plain(row: Row[Any]) -> Cohort:
    return Cohort(row.id, row.name, row.code, Country(row.country) if row.country else None, row.created_at, row.closed)
