"""The store on SQLite and on PostgreSQL: dedupe, order, leases, retention."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import text

from bot.model import Channel, ConversationId, Message, Profile, Reply, ReplyKind
from channels.errors import LeaseLost
from channels.keys import new_id
from channels.model import Entry, Inbound, Sending
from channels.store import erase, inbox, journal, offset, outbox, profiles
from channels.store.database import Store
from channels.store.migrate import head, migrate
from channels.store.purge import Retention, purge
from channels.store.tables import metadata
from knowledge_base.model import Language

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
AT = NOW.timestamp()
KEY = b"a key for tests"


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    made = Store(database)
    migrate(made.engine)
    yield made
    with made.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    made.close()


def inbound(conversation: str = "web:a", update: str | None = None, words: str = "hello") -> Inbound:
    message = Message(id=new_id(), conversation=ConversationId(conversation), channel=Channel.WEB, text=words,
                      received_at=NOW)
    return Inbound(update_id=update or message.id, message=message)


def reply(words: str = "hi") -> Reply:
    return Reply(kind=ReplyKind.NOTICE, language=Language.EN, text=words)


def put_reply(store: Store, conversation: str, words: str = "hi", address: str | None = "sealed") -> None:
    store.write_now(lambda c: outbox.put(
        c, [reply(words)], channel=Channel.TELEGRAM, conversation=ConversationId(conversation), message_id=new_id(),
        address=address, now=AT))


def test_migrations_make_the_tables_the_code_uses(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    assert migrate(store.engine) == head() != ""
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_same_update_twice_is_one_message(store: Store) -> None:
    once = inbound(update="7")
    again = once.model_copy(update={"message": once.message.model_copy(update={"id": new_id()})})
    assert store.write_now(lambda c: inbox.put(c, once))
    assert not store.write_now(lambda c: inbox.put(c, again))
    assert store.read_now(lambda c: inbox.message_of(c, Channel.WEB, "7")) == once.message.id


def test_twenty_threads_store_one_update_once(store: Store) -> None:
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(store.write_now(lambda c: inbox.put(c, inbound(update="x")))))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False] * 19 + [True]


def test_a_conversation_is_worked_on_in_order_and_by_one(store: Store) -> None:
    first, second, other = inbound("web:a", words="1"), inbound("web:a", words="2"), inbound("web:b", words="3")
    for each in (first, second, other):
        store.write_now(partial(inbox.put, inbound=each))
    one = store.write_now(lambda c: inbox.claim(c, AT, 60))
    two = store.write_now(lambda c: inbox.claim(c, AT, 60))
    assert one is not None and two is not None
    assert (one.message.text, two.message.text) == ("1", "3")
    assert store.write_now(lambda c: inbox.claim(c, AT, 60)) is None
    store.write_now(lambda c: inbox.finish(c, one, AT))
    three = store.write_now(lambda c: inbox.claim(c, AT, 60))
    assert three is not None and three.message == second.message


def test_many_workers_claim_each_message_once_and_in_order(store: Store) -> None:
    for number in range(60):
        store.write_now(partial(inbox.put, inbound=inbound(f"web:{number % 7}", words=str(number))))
    done: list[int] = []
    lock = threading.Lock()

    def work() -> None:
        while True:
            claimed = store.write_now(lambda c: inbox.claim(c, AT, 60))
            if claimed is None:
                if store.read_now(lambda c: inbox.backlog(c, AT))[0] == 0:
                    return
                continue
            with lock:
                done.append(int(claimed.message.text or ""))
            store.write_now(partial(inbox.finish, claimed=claimed, now=AT))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == list(range(60))
    for conversation in range(7):
        own = [number for number in done if number % 7 == conversation]
        assert own == sorted(own)


def test_a_lost_lease_stores_nothing(store: Store) -> None:
    store.write_now(lambda c: inbox.put(c, inbound()))
    slow = store.write_now(lambda c: inbox.claim(c, AT, 10))
    assert slow is not None
    assert store.write_now(lambda c: inbox.claim(c, AT + 9, 10)) is None
    quick = store.write_now(lambda c: inbox.claim(c, AT + 11, 10))
    assert quick is not None and quick.attempt == 2

    def late(connection: object) -> None:
        profiles.put(connection, Profile(conversation=ConversationId("web:a"), channel=Channel.WEB), AT)  # type: ignore[arg-type]
        inbox.finish(connection, slow, AT)  # type: ignore[arg-type]

    with pytest.raises(LeaseLost):
        store.write_now(late)
    assert store.read_now(lambda c: profiles.get(c, ConversationId("web:a"))) is None
    store.write_now(lambda c: inbox.finish(c, quick, AT))


def test_a_finished_message_keeps_no_words_and_no_address(store: Store) -> None:
    store.write_now(lambda c: inbox.put(c, inbound(words="my secret question").model_copy(update={"address": "x"})))
    claimed = store.write_now(lambda c: inbox.claim(c, AT, 60))
    assert claimed is not None
    store.write_now(partial(inbox.finish, claimed=claimed, now=AT))
    with store.engine.connect() as connection:
        row = connection.execute(text("SELECT body, address, state FROM inbox")).one()
    assert tuple(row) == (None, None, "done")


def test_the_outbox_keeps_the_order_of_a_chat_and_lets_others_pass(store: Store) -> None:
    for conversation, words in (("tg:a", "1"), ("tg:a", "2"), ("tg:b", "3")):
        put_reply(store, conversation, words)
    one = store.write_now(lambda c: outbox.claim(c, Channel.TELEGRAM, AT, 60))
    assert one is not None and one.reply.text == "1" and not one.orphaned
    store.write_now(lambda c: outbox.retry(c, one, AT + 5, count=True))
    two = store.write_now(lambda c: outbox.claim(c, Channel.TELEGRAM, AT, 60))
    assert two is not None and two.reply.text == "3"
    assert store.write_now(lambda c: outbox.claim(c, Channel.TELEGRAM, AT, 60)) is None
    assert store.read_now(lambda c: outbox.next_due(c, Channel.TELEGRAM)) == AT + 5
    again = store.write_now(lambda c: outbox.claim(c, Channel.TELEGRAM, AT + 5, 60))
    assert again is not None and again.row == one.row and again.attempt == 1
    store.write_now(lambda c: outbox.settle(c, again, Sending.SENT, AT))
    last = store.write_now(lambda c: outbox.claim(c, Channel.TELEGRAM, AT + 5, 60))
    assert last is not None and last.reply.text == "2"


def test_a_dead_sender_leaves_an_orphan(store: Store) -> None:
    put_reply(store, "tg:a")
    assert store.write_now(lambda c: outbox.claim(c, Channel.TELEGRAM, AT, 60)) is not None
    orphan = store.write_now(lambda c: outbox.claim(c, Channel.TELEGRAM, AT + 61, 60))
    assert orphan is not None and orphan.orphaned


def test_retention_spares_what_is_under_way(store: Store) -> None:
    keep = Retention(journal=90, profile=365, drill=730, delivered=2)
    put_reply(store, "tg:a")
    store.write_now(lambda c: inbox.put(c, inbound("web:b")))
    store.write_now(lambda c: inbox.put(c, inbound("web:c")))
    done = store.write_now(lambda c: inbox.claim(c, AT, 60))
    assert done is not None
    store.write_now(lambda c: inbox.finish(c, done, AT))
    store.write_now(lambda c: profiles.put(
        c, Profile(conversation=ConversationId("web:b"), channel=Channel.WEB), AT))
    store.write_now(lambda c: journal.add(c, Entry(
        at=NOW, conversation=ConversationId("web:b"), channel=Channel.WEB, message_id="m", action="ask",
        language=Language.EN, question="q")))
    assert store.write_now(lambda c: purge(c, NOW + dt.timedelta(days=1), keep, KEY)) == 0
    assert store.write_now(lambda c: purge(c, NOW + dt.timedelta(days=3), keep, KEY)) == 1
    assert store.write_now(lambda c: purge(c, NOW + dt.timedelta(days=91), keep, KEY)) == 1
    assert store.write_now(lambda c: purge(c, NOW + dt.timedelta(days=366), keep, KEY)) == 1
    assert store.read_now(lambda c: inbox.backlog(c, AT))[0] == 1
    assert store.read_now(outbox.waiting) == 1


def test_an_old_offset_is_not_used(store: Store) -> None:
    store.write_now(lambda c: offset.put(c, "1", 500, AT))
    store.write_now(lambda c: offset.put(c, "1", 501, AT))
    assert store.read_now(lambda c: offset.get(c, "1", AT + 86_400)) == 501
    assert store.read_now(lambda c: offset.get(c, "1", AT + 7 * 86_400)) is None


def test_a_deleted_person_is_in_no_table_and_others_stay(store: Store) -> None:
    for conversation in ("web:gone", "web:stays"):
        store.write_now(partial(inbox.put, inbound=inbound(conversation, words="q")))
        claimed = store.write_now(lambda c: inbox.claim(c, AT, 60))
        assert claimed is not None
        store.write_now(partial(inbox.finish, claimed=claimed, now=AT))
        put_reply(store, conversation)
        store.write_now(partial(profiles.put, profile=Profile(
            conversation=ConversationId(conversation), channel=Channel.WEB), now=AT))
    assert store.write_now(lambda c: erase.erase(c, ConversationId("web:gone"), AT, KEY)) == 3
    assert store.write_now(lambda c: erase.forgotten(c, ConversationId("web:gone")))
    assert erase.scrub(store)
    with store.engine.connect() as connection:
        rows = [str(row) for table in metadata.sorted_tables for row in connection.execute(table.select())]
    assert rows and not any("web:gone" in row for row in rows)
