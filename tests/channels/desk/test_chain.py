"""The chain in the database: links for every decision and review, lawful deletion, tampering with SQL, the command."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import sqlite3
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from bot.drills.model import Decision
from bot.model import Channel, ConversationId, Message
from channels import __main__ as command
from channels import anchors, upkeep
from channels.errors import ChannelError
from channels.evidence import Anchor
from channels.kit import Kit
from channels.model import Inbound
from channels.store import chain, drills, erase, inbox, reviews
from channels.store.database import Connection, Store
from channels.store.migrate import migrate
from channels.store.purge import Retention, purge
from channels.store.tables import chain as links
from channels.store.tables import decisions, trainers
from channels.verify import Verified, begin, verify
from channels.worker import Worker
from tests.channels import standin

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
AT = NOW.timestamp()
KEY = b"a key for tests"
KEEP = Retention(journal=90, profile=365, drill=730, delivered=2)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    made = Store(database)
    migrate(made.engine)
    with made.engine.begin() as connection:
        for name in ("ana", "joao"):
            connection.execute(insert(trainers).values(name=name, shown=name, password="-", role="trainer", created_at=AT))
    yield made
    made.close()


def decide(connection: Connection, who: str, run: str, steps: range, at: float = AT) -> None:
    conversation = ConversationId(who)
    drills.put_run(connection, conversation, run, "gate", "{}", at, is_open=True)
    drills.add_decisions(connection, conversation, run, [
        drills.Made(step, f'{{"step": {step}}}', "gate", f"scene-{step}", "a", "good", "force", step % 3, 1.5 + step / 7)
        for step in steps], at, KEY)


def judge(connection: Connection, who: str, answer: str, trainer: int = 1, at: float = AT) -> None:
    reviews.add(connection, KEY, reviews.Review(
        at=at, conversation=ConversationId(who), answer_id=answer, trainer=trainer, verdict="fix", note="Too short."))


def filled(store: Store) -> None:
    for number in range(6):
        store.write_now(partial(decide, who=f"web:{number % 3}", run=f"run-{number}", steps=range(4), at=AT + number))
        store.write_now(partial(judge, who=f"web:{number % 3}", answer=f"answer-{number}", at=AT + number))


def found(store: Store, *noted: Anchor) -> Verified:
    return verify(store, KEY, noted)


def test_every_decision_and_review_has_a_link(store: Store) -> None:
    assert found(store).problems == () and found(store).head is None
    filled(store)
    seen = found(store)
    assert seen.problems == ()
    assert (seen.links, seen.decisions, seen.reviews, seen.erased) == (30, 24, 6, 0)
    assert seen.head is not None and seen.head.number == 30


def test_a_rolled_back_turn_leaves_no_link(store: Store) -> None:
    def fails(connection: Connection) -> None:
        decide(connection, "web:a", "run-a", range(2))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write_now(fails)
    filled(store)
    assert found(store).problems == () and found(store).links == 30


def test_lawful_deletion_leaves_a_chain_that_verifies(store: Store) -> None:
    filled(store)
    assert store.write_now(lambda c: erase.erase(c, ConversationId("web:1"), AT, KEY)) == 8 + 2 + 2  # and two runs
    seen = found(store)
    assert seen.problems == () and seen.erased == 10 and seen.links == 40
    with store.engine.connect() as connection:
        assert "web:1" not in str(connection.execute(select(links)).all())
    late = NOW + dt.timedelta(days=730, seconds=3.5)
    store.write_now(lambda c: purge(c, late, KEEP, KEY))
    seen = found(store)
    assert seen.problems == () and seen.erased == 10 + 15
    assert store.write_now(lambda c: purge(c, late, KEEP, KEY)) == 0 and found(store).links == 55
    filled_again = "run-new"
    store.write_now(lambda c: decide(c, "web:1", filled_again, range(3)))
    assert found(store).problems == ()


def test_a_deletion_past_the_code_is_found(store: Store) -> None:
    filled(store)
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM decisions WHERE id IN (3, 4)"))
        connection.execute(text("UPDATE reviews SET verdict = 'right' WHERE id = 2"))
    assert set(found(store).problems) == {
        "decision 3 was deleted (link 3)", "decision 4 was deleted (link 4)", "review 2 was edited (link 10)"}
    store.write_now(lambda c: erase.erase(c, ConversationId("web:0"), AT, KEY))
    assert "decision 3 was deleted (link 3)" in found(store).problems, "a later lawful deletion does not cover it up"


def test_a_cut_off_end_stays_visible_when_people_go_on(store: Store) -> None:
    filled(store)
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM reviews WHERE id = 6"))
        connection.execute(text("DELETE FROM chain WHERE id = 30"))
    assert found(store).problems == (
        "the chain ends with link 29, but its head says 30: links were cut off or added",)
    store.write_now(lambda c: decide(c, "web:9", "run-9", range(2)))
    assert found(store).problems == ("links 30 to 30 are missing",)


@pytest.mark.parametrize("harm", ["DELETE FROM chain WHERE id = 0", "UPDATE chain SET hash = 'x' WHERE id = 0",
                                  "UPDATE chain SET row = 3 WHERE id = 0"])
def test_a_harmed_head_neither_heals_nor_stops_people(store: Store, harm: str) -> None:
    filled(store)
    with store.engine.begin() as connection:
        connection.execute(text(harm if store.sqlite else harm.replace("SET row", 'SET "row"')))
    for number in range(2):
        store.write_now(partial(decide, who="web:9", run=f"run-9{number}", steps=range(2)))
        (problem,) = found(store).problems
        assert "head" in problem


def test_what_an_older_version_wrote_is_taken_in_once(store: Store, tmp_path: Path) -> None:
    def old(connection: Connection) -> None:
        drills.put_run(connection, ConversationId("web:a"), "run-old", "gate", "{}", AT, is_open=False)
        for step in range(3):
            connection.execute(insert(decisions).values(run="run-old", step=step, conversation="web:a", at=AT, body="{}"))

    store.write_now(old)
    assert found(store).problems
    assert begin(store, KEY, tmp_path, AT) == 3 and found(store).problems == ()
    assert begin(store, KEY, tmp_path, AT) == 0
    anchors.note(tmp_path / anchors.NAME, found(store).head, NOW)
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM chain"))
        connection.execute(text("UPDATE decisions SET body = '{\"option\": \"b\"}'"))
    assert begin(store, KEY, tmp_path, AT) == 0, "emptying the chain does not get an edit sealed"
    assert len(found(store).problems) == 3


def test_many_writers_make_one_chain(store: Store) -> None:
    def work(who: int) -> None:
        for number in range(8):
            store.write_now(partial(decide, who=f"web:{who}", run=f"run-{who}-{number}", steps=range(2)))
            store.write_now(partial(judge, who=f"web:{who}", answer=f"answer-{who}-{number}"))
        store.write_now(lambda c: erase.erase(c, ConversationId(f"web:{who}"), AT, KEY))

    threads = [threading.Thread(target=work, args=(who,)) for who in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    seen = found(store)
    assert seen.problems == () and (seen.links, seen.erased) == (5 * 8 * 3 * 2, 120)


def test_two_hundred_edits_by_sql_are_found(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    migrate(store.engine)
    with store.engine.begin() as connection:
        connection.execute(insert(trainers).values(name="a", shown="a", password="-", role="trainer", created_at=AT))
    filled(store)
    store.write_now(lambda c: erase.erase(c, ConversationId("web:1"), AT, KEY))
    store.close()
    whole = (tmp_path / "test.sqlite3").read_bytes()
    chance, kinds = random.Random(7), set()
    for number in range(200):
        path = tmp_path / "harmed.sqlite3"
        path.write_bytes(whole)
        raw = sqlite3.connect(path)
        before = list(raw.iterdump())
        table = chance.choice(["decisions", "reviews", "chain"])
        key = chance.choice([row[0] for row in raw.execute(f"SELECT id FROM {table}")])
        columns = [row[1] for row in raw.execute(f"PRAGMA table_info({table})") if row[1] not in ("id", "trainer", "run")]
        kind = chance.choice(["update", "delete", "blob", "move"])
        try:
            if kind == "delete":
                raw.execute(f"DELETE FROM {table} WHERE id = ?", (key,))
            elif kind == "move":
                raw.execute(f"UPDATE {table} SET id = id + ? WHERE id = ?", (chance.choice([-1000, 500]), key))
            else:
                column = chance.choice([c for c in columns if not (table == "chain" and key == 0 and c in ("at", "kind", "body"))])
                raw.execute(f'UPDATE {table} SET "{column}" = ? WHERE id = ?', (b"x" if kind == "blob" else number + 77, key))
        except sqlite3.IntegrityError:
            raw.close()
            continue
        raw.commit()
        assert list(raw.iterdump()) != before
        raw.close()
        harmed = Store(f"sqlite:///{path}")
        assert found(harmed).problems, (kind, table, key)
        harmed.close()
        kinds.add((kind, table))
        for extra in tmp_path.glob("harmed.sqlite3-*"):
            extra.unlink()
    assert len(kinds) == 12


async def test_a_drill_over_the_worker_is_sealed_and_counted(kit: Kit) -> None:
    worker = Worker(kit, standin.parts(kit))
    scenario = next(iter(kit.content.scenarios))

    async def say(choice: str) -> None:
        message = Message(id=f"m{choice}"[:20], conversation=ConversationId("web:a"), channel=Channel.WEB, choice=choice,
                          received_at=kit.clock())
        await kit.store.write(lambda c: inbox.put(c, Inbound(update_id=choice, message=message)))
        while await worker.step():
            await asyncio.sleep(0)

    await say(f"drill:start:{scenario}")
    with kit.store.engine.connect() as connection:
        run = connection.execute(text("SELECT id FROM drill_runs")).scalar_one()
    await say(f"opt:{run}:0:1")
    with kit.store.engine.connect() as connection:
        (row,) = connection.execute(select(decisions)).all()
    decision = Decision.model_validate_json(row.body)
    assert (row.scenario, row.scene, row.option, row.grade, row.competency, row.took_s) == (
        scenario, decision.scene, decision.option, decision.grade, decision.competency, decision.took_s)
    assert row.option is not None and decision.order[row.place] == row.option
    key = kit.keys.evidence
    assert verify(kit.store, key).problems == () and verify(kit.store, key).decisions == 1
    assert verify(kit.store, KEY).problems, "another key fits nothing"
    await say("cmd:deletemydata")
    await say("forget:yes")
    seen = verify(kit.store, key)
    assert seen.problems == () and seen.erased == 1
    assert await upkeep.note_head(kit) and not await upkeep.note_head(kit)
    (noted,) = anchors.noted(kit.settings.data / anchors.NAME)
    assert seen.head is not None and (noted.number, noted.last) == (seen.head.number, seen.head.last)


def test_the_command_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRM_DATA", str(tmp_path))
    monkeypatch.setenv("CRM_SECRET", standin.SECRET)
    monkeypatch.chdir(tmp_path)
    kit = standin.kit(tmp_path)
    key = kit.keys.evidence
    made = [drills.Made(step, "{}", "gate", "s", "a", "good", "force", 0, 1.0) for step in range(3)]

    def write(connection: Connection) -> None:
        drills.put_run(connection, ConversationId("web:a"), "run", "gate", "{}", AT, is_open=True)
        drills.add_decisions(connection, ConversationId("web:a"), "run", made, AT, key)

    kit.store.write_now(write)
    head = kit.store.read_now(chain.head)
    assert head is not None
    assert command.main(["verify"]) == 0
    said = capsys.readouterr()
    assert f"{head.number}:{head.last}" in said.err and said.out == ""
    assert command.main(["verify", "--head", f"{head.number}:{head.last}"]) == 0
    with kit.store.engine.begin() as connection:
        connection.execute(text("DELETE FROM decisions WHERE id = 2"))
        connection.execute(text("UPDATE decisions SET grade = 'critical_fail' WHERE id = 1"))
    capsys.readouterr()
    assert command.main(["verify"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == ["decision 1 was edited (link 1)", "decision 2 was deleted (link 2)"]
    assert "2 problems" in said.err
    kit.store.close()


def test_noted_heads_are_read_back_and_a_torn_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / anchors.NAME
    assert anchors.noted(path) == () and not anchors.note(path, None, NOW)
    store = Store(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    migrate(store.engine)
    for number in range(2):
        store.write_now(partial(decide, who="web:a", run=f"run-{number}", steps=range(2)))
        assert anchors.note(path, store.read_now(chain.head), NOW)
    assert [one.number for one in anchors.noted(path)] == [2, 4]
    assert found(store, *anchors.noted(path)).problems == ()
    with path.open("a") as file:
        file.write("2026-11-24T12:00")
    with pytest.raises(ChannelError, match="line 3"):
        anchors.noted(path)
    with pytest.raises(ValueError, match="number"):
        anchors.told("4")
    store.close()
