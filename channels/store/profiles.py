"""Profiles: what is remembered about a person between turns."""

from __future__ import annotations

from sqlalchemy import Connection, case, select

from bot.model import ConversationId, Profile
from channels.store.tables import profiles
from channels.store.upsert import insert


def get(connection: Connection, conversation: ConversationId) -> Profile | None:
    body = connection.execute(
        select(profiles.c.body).where(profiles.c.conversation == conversation)
    ).scalar_one_or_none()
    return Profile.model_validate_json(body) if body else None


def put(connection: Connection, profile: Profile, now: float, address: str | None = None) -> None:
    """Stores the profile. The sealed ``address`` is kept only while the person wants reminders.

    ``joined_at`` becomes ``now`` when the cohort is another one than before, and again after leaving and coming back.
    """
    values = {
        "body": profile.model_dump_json(), "cohort": profile.cohort, "updated_at": now,
        "address": address if profile.reminders else None,
    }
    joined_at = now if profile.cohort is not None else None
    stays = profiles.c.cohort.is_not_distinct_from(profile.cohort)
    connection.execute(
        insert(connection, profiles).values(conversation=profile.conversation, joined_at=joined_at, **values)
        .on_conflict_do_update(index_elements=["conversation"], set_={
            **values, "joined_at": case((stays, profiles.c.joined_at), else_=joined_at)})
    )
