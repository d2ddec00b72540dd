"""The tables. Out: SQLAlchemy ``Table`` values; the migrations create them, the files beside this one use them.

Times are seconds since 1970 (UTC, double). A column called ``conversation`` marks a row as belonging to a person:
``erase.py`` finds every such table through this metadata, so a new table cannot be forgotten.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_N_name)s",
})
_Key = BigInteger().with_variant(Integer, "sqlite")
_WAITING = text("state = 'waiting'")

inbox = Table(
    "inbox", metadata,
    Column("id", _Key, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("update_id", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("body", Text),                                            # blanked when done: the journal has the question
    Column("address", Text),                                         # sealed; blanked when done
    Column("received_at", Double, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"), # waiting | done | failed
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease", Text),
    Column("lease_until", Double, nullable=False, server_default="0"),
    Column("done_at", Double),
    UniqueConstraint("channel", "update_id"),
    Index("ix_inbox_waiting", "conversation", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("ix_inbox_conversation", "conversation"),
    sqlite_autoincrement=True,                                       # ids are never used twice, not even after deletion
)

outbox = Table(
    "outbox", metadata,
    Column("id", _Key, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("address", Text),                                         # sealed; blanked when sent
    Column("created_at", Double, nullable=False),
    Column("state", Text, nullable=False),                           # channels.model.Sending
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("parts_sent", Integer, nullable=False, server_default="0"),
    Column("sent_ref", BigInteger),                                  # the channel's number of the last part, for edits
    Column("lease", Text),
    Column("next_at", Double, nullable=False, server_default="0"),   # not before: lease end, or retry after
    Column("sent_at", Double),
    Column("vanish", Boolean, nullable=False, server_default=text("false")),  # delete the row once delivered
    UniqueConstraint("message_id", "seq"),
    Index("ix_outbox_waiting", "conversation", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("ix_outbox_conversation", "conversation", "id"),
    sqlite_autoincrement=True,
)

journal = Table(
    "journal", metadata,
    Column("id", _Key, primary_key=True),
    Column("at", Double, nullable=False, index=True),
    Column("conversation", Text, nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("action", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("country", Text),
    Column("role", Text),
    Column("question", Text),
    Column("answer_id", Text, index=True),
    Column("answer_kind", Text),
    Column("answer_reason", Text),
    Column("answer", Text),
    Column("card", Text),                                            # of its first sentence, taken out so that it can be counted
    Column("confidence", Double),
    Column("degraded", Boolean, nullable=False, server_default=text("false")),
    Column("turn_ms", Double, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

profiles = Table(
    "profiles", metadata,
    Column("conversation", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("cohort", Text, index=True),
    Column("joined_at", Double),                                     # that cohort; see joined.py
    Column("address", Text),                                         # sealed; only while reminders are wanted
    Column("updated_at", Double, nullable=False, index=True),
)

drill_runs = Table(
    "drill_runs", metadata,
    Column("id", Text, primary_key=True),
    Column("conversation", Text, nullable=False, index=True),
    Column("scenario", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),
)

decisions = Table(
    "decisions", metadata,
    Column("id", _Key, primary_key=True),
    Column("run", Text, ForeignKey("drill_runs.id", ondelete="CASCADE"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("conversation", Text, nullable=False, index=True),
    Column("at", Double, nullable=False, index=True),
    Column("body", Text, nullable=False),
    # what the desk counts, taken out of the body so that it can be counted by the database
    Column("scenario", Text, nullable=False, server_default=""),
    Column("scene", Text, nullable=False, server_default=""),
    Column("option", Text),                                          # empty after a free answer
    Column("grade", Text),
    Column("competency", Text),
    Column("place", Integer),                                        # 0-based, as shown
    Column("took_s", Double),
    UniqueConstraint("run", "step"),
    Index("ix_decisions_item", "scenario", "scene", "option"),
    # all that is counted about a person, so that counting never reads the bodies
    Index("ix_decisions_counted", "conversation", "at", "scenario", "scene", "option", "grade", "competency", "run", "took_s"),
    sqlite_autoincrement=True,
)

feedback = Table(
    "feedback", metadata,
    Column("id", _Key, primary_key=True),
    Column("at", Double, nullable=False, index=True),
    Column("conversation", Text, nullable=False, index=True),
    Column("answer_id", Text, nullable=False, index=True),
    Column("good", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

forgetting = Table(                                                  # Rasa still has to forget these; see erase.py
    "forgetting", metadata,
    Column("hash", Text, primary_key=True),                          # the conversation
    Column("since", Double, nullable=False),
)

trainers = Table(
    "trainers", metadata,
    Column("id", _Key, primary_key=True),
    Column("name", Text, nullable=False, unique=True),               # to sign in with, lower case
    Column("shown", Text, nullable=False),                           # the name people read
    Column("password", Text, nullable=False),                        # argon2
    Column("role", Text, nullable=False),                            # trainer | lead | admin
    Column("language", Text, nullable=False, server_default="en"),
    Column("created_at", Double, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until", Double, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

desk_sessions = Table(
    "desk_sessions", metadata,
    Column("hash", Text, primary_key=True),                          # of the cookie, which is kept nowhere
    Column("trainer", BigInteger, ForeignKey("trainers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("used_at", Double, nullable=False),
)

cohorts = Table(
    "cohorts", metadata,
    Column("id", Text, primary_key=True),                            # random; also in profiles.cohort
    Column("name", Text, nullable=False),
    Column("code", Text, nullable=False, unique=True),               # what learners type or open
    Column("country", Text),
    Column("created_at", Double, nullable=False),
    Column("closed", Boolean, nullable=False, server_default=text("false")),
)

cohort_trainers = Table(
    "cohort_trainers", metadata,
    Column("cohort", Text, ForeignKey("cohorts.id", ondelete="CASCADE"), primary_key=True),
    Column("trainer", BigInteger, ForeignKey("trainers.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("owner", Boolean, nullable=False, server_default=text("false")),
)

reviews = Table(                                                     # appended; a later one of the same trainer counts
    "reviews", metadata,
    Column("id", _Key, primary_key=True),
    Column("at", Double, nullable=False, index=True),
    Column("conversation", Text, nullable=False, index=True),        # of the person who asked
    Column("answer_id", Text, nullable=False, index=True),
    Column("trainer", BigInteger, ForeignKey("trainers.id"), nullable=False, index=True),
    Column("verdict", Text, nullable=False),                         # right | fix | escalate
    Column("note", Text, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

chain = Table(                                                       # evidence: one link for each decision and review
    "chain", metadata,
    Column("id", _Key, primary_key=True),                            # 1, 2, 3 … without gaps
    Column("at", Double, nullable=False),
    Column("kind", Text, nullable=False),                            # decision | review | erased
    Column("row", BigInteger, nullable=False),                       # its id; for erased: the link that lost its row
    Column("body", Text, nullable=False),                            # keyed hash of the row's bytes
    Column("before", Text, nullable=False),                          # hash of the link before
    Column("hash", Text, nullable=False),
    UniqueConstraint("kind", "row"),
)

telegram_offset = Table(
    "telegram_offset", metadata,
    Column("bot", Text, primary_key=True),                           # the public number in front of the token
    Column("offset", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
)
