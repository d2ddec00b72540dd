"""Deletion of a person: a conversation in, no byte of it left.

``erase`` runs inside the transaction of the turn that confirmed ``/deletemydata``. Rows alone are not enough: SQLite
keeps old pages in its write-ahead log and unused bytes in its file, PostgreSQL keeps dead row versions. ``scrub``
removes those afterwards. Database backups and a PostgreSQL archive of its log are the operator's: see
``docs/operations.md``. Of decisions and reviews a keyed hash stays in the chain, from which nothing can be read.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, text

from bot.model import ConversationId
from channels.store import chain
from channels.store.database import Store
from channels.store.tables import forgetting, inbox, metadata, outbox
from channels.store.upsert import insert


def erase(connection: Connection, conversation: ConversationId, now: float, key: bytes) -> int:
    """Deletes every row of the conversation from every table that has that column; returns how many.

    ``key``: the chain of evidence then says that they went lawfully.

    A message that came in after the confirmation is a new beginning and stays. One note stays until the dialogue
    engine has forgotten too (``forgotten``): the hash, nothing else.
    """
    connection.execute(
        insert(connection, forgetting).values(hash=conversation, since=now).on_conflict_do_nothing()
    )
    deleted = 0
    for kind, (table, _) in chain.TABLES.items():
        gone = connection.execute(
            delete(table).where(table.c.conversation == conversation).returning(table.c.id)).scalars().all()
        chain.erased(connection, key, kind, gone, now)
        deleted += len(gone)
    for table in reversed(metadata.sorted_tables):  # children before parents
        if "conversation" in table.c:
            statement = delete(table).where(table.c.conversation == conversation)
            if table is inbox:
                statement = statement.where(inbox.c.state != "waiting")
            deleted += connection.execute(statement).rowcount
    return deleted


def to_forget(connection: Connection) -> tuple[ConversationId, ...]:
    """Deleted conversations of which the dialogue engine may still know something."""
    return tuple(ConversationId(row.hash) for row in connection.execute(select(forgetting.c.hash)))


def forgotten(connection: Connection, conversation: ConversationId) -> bool:
    """The dialogue engine has forgotten: the last trace goes, unless the confirmation still waits to be delivered."""
    if connection.execute(
        select(outbox.c.id).where(outbox.c.conversation == conversation, outbox.c.vanish).limit(1)
    ).first() is not None:
        return False
    connection.execute(delete(forgetting).where(forgetting.c.hash == conversation))
    return True


def scrub(store: Store) -> bool:
    """Removes what deleted rows left in the files; False when a reader was in the way: call again later."""
    if not store.sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in metadata.sorted_tables:
                if "conversation" in table.c:
                    connection.execute(text(f"VACUUM {table.name}"))
        return True
    raw = store.engine.raw_connection()  # VACUUM must stand outside every transaction
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = cursor.fetchone()  # (busy, pages in the log, pages copied)
        return row is not None and not row[0]
    finally:
        raw.close()
