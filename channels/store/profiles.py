"""Profiles: what is remembered about a person between turns."""

from __future__ import annotations

from sqlalchemy import Connection, select

from bot.model import ConversationId, Profile
from channels.store.tables import profiles
from channels.store.upsert import insert


def get(connection: Connection, conversation: ConversationId) -> Profile | None:
    body = connection.execute(
        select(profiles.c.body).where(profiles.c.conversation == conversation)
    ).scalar_one_or_none()
    return Profile.model_validate_json(body) if body else None


def put(connection: Connection, profile: Profile, now: float, address: str | None = None) -> None:
    """Stores the profile. The sealed ``address`` is kept only while the person wants reminders."""
    values = {
        "body": profile.model_dump_json(), "cohort": profile.cohort, "updated_at": now,
        "address": address if profile.reminders else None,
    }
    connection.execute(
        insert(connection, profiles).values(conversation=profile.conversation, **values)
        .on_conflict_do_update(index_elements=["conversation"], set_=values)
    )
