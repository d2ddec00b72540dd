"""What a learner did before joining is seen by nobody at the cohort's desk: not on a page, not in a chart, not in an export."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text, update

from bot.model import Channel, ConversationId, Profile
from channels.desk import overview
from channels.kit import Kit
from channels.store import asked, cohorts, figures, profiles, queue, waiting
from channels.store.cohorts import Cohort
from channels.store.database import Store
from channels.store.migrate import config, migrate
from channels.store.tables import decisions, drill_runs, journal
from channels.store.tables import profiles as table
from tests.channels import standin
from tests.channels.desk import crowd, desk, practice
from tests.channels.test_api import TOKEN, client

WHO = ConversationId("web:a")
DAY = 86_400.0


@pytest.fixture
def kit(database: str, tmp_path: Path) -> Iterator[Kit]:
    made = standin.kit(tmp_path, clock=standin.Hands(), url=database)
    yield made
    made.store.close()


def joined_at(kit: Kit, who: ConversationId = WHO) -> float | None:
    with kit.store.engine.connect() as connection:
        return connection.execute(select(table.c.joined_at).where(table.c.conversation == who)).scalar_one()


def join_at(kit: Kit, who: str, at: float) -> None:
    kit.store.write_now(lambda c: c.execute(update(table).where(table.c.conversation == who).values(joined_at=at)))


def test_the_moment_of_joining_is_kept_and_made_anew_by_another_cohort(kit: Kit) -> None:
    def put(at: float, cohort: str | None, greeted: bool = False) -> float | None:
        kit.store.write_now(lambda c: profiles.put(c, Profile(
            conversation=WHO, channel=Channel.WEB, cohort=cohort, greeted=greeted), at))
        return joined_at(kit)

    assert [put(1.0, None), put(2.0, "c1"), put(3.0, "c1", greeted=True)] == [None, 2.0, 2.0]
    assert [put(4.0, "c2"), put(5.0, None), put(6.0, "c2")] == [4.0, None, 6.0], "after coming back it begins again"
    kit.store.write_now(lambda c: cohorts.take_out(c, "c2", WHO))
    assert joined_at(kit) is None


async def test_joining_on_the_web_is_the_moment(kit: Kit) -> None:
    desk.cohort(kit, "Tete", desk.trainer(kit, "ana"), "7K2Q4MTX")
    async with client(kit) as web:
        await web.post("/api/v1/messages", json={"conversation": TOKEN, "language": "en", "text": "may I shoot?"})
        before = kit.now
        await web.post("/api/v1/messages", json={"conversation": TOKEN, "language": "en", "choice": "join:7K2Q4MTX"})
        assert joined_at(kit, kit.keys.web(TOKEN)) == before
        assert (await web.post("/api/v1/messages", json={"conversation": TOKEN, "language": "en", "text": "/join 7k2q-4mtx"})).status_code == 200
        assert joined_at(kit, kit.keys.web(TOKEN)) == before, "already in"


def halfway(kit: Kit, cohort: Cohort) -> float:
    """Everybody in the cohort joined six weeks ago; returns when."""
    at = kit.now - 42 * DAY
    kit.store.write_now(lambda c: c.execute(update(table).where(table.c.cohort == cohort.id).values(joined_at=at)))
    return at


def test_every_figure_begins_with_joining(tmp_path: Path) -> None:
    """The same as looking only at what came later, everywhere."""
    kit, many, _ = practice.open_desk(tmp_path)
    span, ever = overview.span("12", kit.clock()), (0.0, 1e12)

    def all_figures(since: float) -> list[object]:
        from_then = max(span.since, since)
        read = kit.store.read_now
        everybody = read(lambda c: figures.members(c, many.id))
        return [
            read(lambda c: figures.totals(c, many.id, from_then, span.until)),
            read(lambda c: figures.scenarios(c, many.id, from_then, span.until)),
            read(lambda c: figures.critical(c, many.id, from_then, span.until)),
            read(lambda c: figures.times(c, many.id, from_then, span.until)),
            read(lambda c: list(figures.rows(c, many.id, everybody, from_then, span.until))),
            [one for one in read(lambda c: figures.finished(c, many.id, everybody, from_then, span.until)) if one.started_at >= since],
            read(lambda c: asked.unanswered(c, many.id, from_then, span.until, 1000)),
            read(lambda c: asked.refused(c, many.id, from_then, span.until)),
            sum(one.n for one in read(lambda c: asked.by_week(c, many.id, from_then, span.until))),
            [one.answer_id for one in read(lambda c: queue.waiting(c, [many.id], from_then, span.until))],
            read(lambda c: waiting.by_cohort(c, [many.id], from_then)),
        ]

    whole, at = all_figures(0.0), kit.now - 42 * DAY
    later = all_figures(at)
    assert all(one != other for one, other in zip(whole, later, strict=True)), "there is something before to be hidden"
    assert halfway(kit, many) == at and all_figures(0.0) == later
    rows = kit.store.read_now(lambda c: list(figures.rows(c, many.id, figures.members(c, many.id), *ever)))
    who = rows[0].conversation
    own = [row for row in rows if row.conversation == who]
    (learner,) = [one for one in kit.store.read_now(lambda c: cohorts.learners(c, many.id)) if one.conversation == who]
    assert (learner.decisions, learner.practised_at) == (len(own), max(row.at for row in own))
    assert sum(one.n for one in kit.store.read_now(lambda c: figures.practised(c, many.id, who))) == sum(bool(row.grade) for row in own)
    firsts = {(row.conversation, row.scenario, row.scene) for row in rows if row.option is not None}
    standings = kit.store.read_now(lambda c: figures.standings(c, many.id))
    assert sum(one.n for one in standings.values()) == len(firsts)
    takes = kit.store.read_now(lambda c: [take for name in {row.scenario for row in rows} for take in figures.takes(c, many.id, name)])
    assert {(take.learner, take.scene) for take in takes} == {(who, scene) for who, _, scene in firsts}


@pytest.mark.parametrize("name", ["ana", "eva", "lead", "boss"])
async def test_exports_hold_nothing_from_before(tmp_path: Path, name: str) -> None:
    """Whoever may take them along, owner, trainer, lead or admin, finds in them only what came after joining."""
    kit, many, _ = practice.open_desk(tmp_path)
    at = halfway(kit, many)
    with kit.store.engine.connect() as connection:
        found = connection.execute(select(decisions.c.run, decisions.c.step, decisions.c.at).where(
            decisions.c.conversation.like("web:%"))).all()
        begun = dict(connection.execute(select(drill_runs.c.id, drill_runs.c.started_at)).tuples().all())
    after = {(run, str(step)) for run, step, when in found if when >= at}
    async with desk.browser(kit, name) as web:
        base = f"/desk/cohorts/{many.id}"
        told = list(csv.DictReader(io.StringIO((await web.get(f"{base}/export.csv?weeks=52")).text.removeprefix("\ufeff"), newline="")))
        assert {(line["run"], line["step"]) for line in told} == after and 0 < len(after) < len(found)
        statements = (await web.get(f"{base}/export.xapi.json?weeks=52")).json()
        verbs = [one["verb"]["id"].rpartition("/")[2] for one in statements]
        assert len(verbs) - verbs.count("completed") == len(after)
        assert verbs.count("completed") == sum(began >= at for run, began in begun.items() if run.startswith("web:"))
        assert min(one["timestamp"] for one in statements) >= kit.clock().fromtimestamp(at, kit.clock().tzinfo).strftime("%Y-%m-%dT")
        page = (await web.get(base)).text
        assert f"<dd>{len([1 for _, _, when in found if when >= at])}</dd>" in page
        assert (await web.get(f"{base}/report.pdf")).status_code == 200


async def test_a_certificate_counts_from_joining_and_there_is_none_for_what_came_before(tmp_path: Path) -> None:
    kit, many, _ = practice.open_desk(tmp_path)
    code = kit.keys.pseudonym(crowd.learner(3))
    async with desk.browser(kit, "ana") as web:
        address = f"/desk/cohorts/{many.id}/learners/{code}/certificate.pdf"
        assert (await web.get(address)).status_code == 200
        join_at(kit, crowd.learner(3), kit.now)
        assert (await web.get(address)).status_code == 404
        assert code in (await web.get(f"/desk/cohorts/{many.id}")).text, "the learner is there, with nothing done yet"


async def test_questions_from_before_are_looked_at_by_leads_only(tmp_path: Path) -> None:
    """A trainer finds neither their text nor their page; looking at its sources again later changes nothing."""
    kit, many, _ = practice.open_desk(tmp_path)
    with kit.store.engine.connect() as connection:
        row = dict(connection.execute(select(journal).where(journal.c.conversation == crowd.learner(2)).order_by(
            journal.c.at).limit(1)).mappings().one())
    join_at(kit, row["conversation"], row["at"] + 1)
    kit.store.write_now(lambda c: c.execute(journal.insert().values(**{
        **row, "id": 90_000, "message_id": "again", "action": "sources", "at": row["at"] + 2})))
    week = kit.clock().fromtimestamp(row["at"], kit.clock().tzinfo).strftime("%G-W%V")
    queue_page, own = f"/desk/queue?show=all&week={week}", f"/desk/answers/{row['answer_id']}"
    for name, seen in (("ana", False), ("eva", False), ("lead", True), ("boss", True)):
        async with desk.browser(kit, name) as web:
            assert (await web.get(own)).status_code == (200 if seen else 404), name
            assert (own in (await web.get(queue_page)).text) is seen, name
            assert own not in (await web.get(f"{queue_page}&cohort={many.id}")).text, "it is not the cohort's"
            assert own not in (await web.get(f"/desk/cohorts/{many.id}/asked")).text
    join_at(kit, row["conversation"], row["at"])
    async with desk.browser(kit, "ana") as web:
        assert (await web.get(own)).status_code == 200 and own in (await web.get(queue_page)).text


@pytest.fixture
def old(database: str) -> Iterator[Store]:
    """A database as the version before had it."""
    made = Store(database)
    migrate(made.engine)
    with made.engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0002")
    yield made
    made.close()


@pytest.mark.parametrize("journal_kept", [True, False])
def test_members_of_an_older_version_are_seen_from_their_joining_on(old: Store, journal_kept: bool) -> None:
    """The journal knows when; for who joined before its oldest entry that one is taken; with an empty journal, now."""
    answer = '{"sentences": [{"card": "card-1"}, {"card": "card-2"}]}'
    with old.engine.begin() as connection:
        for who, cohort in (("a", "c1"), ("b", "c1"), ("c", None)):
            connection.execute(text("INSERT INTO profiles (conversation, body, cohort, updated_at) VALUES (:who, '{}', :cohort, 9)"),
                               {"who": who, "cohort": cohort})
        for number, (at, who, action, said) in enumerate((
                (100.0, "b", "ask", answer), (150.0, "a", "join", None), (170.0, "a", "ask", '{"sentences": []}'))):
            if journal_kept:
                connection.execute(text(
                    "INSERT INTO journal (at, conversation, channel, message_id, action, language, answer) "
                    "VALUES (:at, :who, 'web', :id, :action, 'en', :said)"),
                    {"at": at, "who": who, "id": str(number), "action": action, "said": said})
    before = time.time()
    migrate(old.engine)
    with old.engine.connect() as connection:
        found = dict(connection.execute(select(table.c.conversation, table.c.joined_at)).tuples().all())
        cards = connection.execute(select(journal.c.card).order_by(journal.c.at)).scalars().all()
    if journal_kept:
        assert found == {"a": 150.0, "b": 100.0, "c": None} and cards == ["card-1", None, None]
    else:
        assert found["c"] is None and all(before <= (found[who] or 0.0) <= time.time() for who in ("a", "b"))


def test_who_joined_at_an_unknown_moment_is_not_seen(kit: Kit) -> None:
    kit.store.write_now(partial(crowd.join, who=WHO, cohort="c1", now=kit.clock()))
    kit.store.write_now(lambda c: c.execute(update(table).values(joined_at=None)))
    kit.store.write_now(lambda c: c.execute(drill_runs.insert().values(
        id="r", conversation=WHO, scenario="s", open=False, body="{}", started_at=kit.now, changed_at=kit.now)))
    kit.store.write_now(lambda c: c.execute(decisions.insert().values(
        run="r", step=0, conversation=WHO, at=kit.now, body="{}", scenario="s", scene="a", grade="good")))
    read = kit.store.read_now
    assert read(lambda c: figures.totals(c, "c1", 0.0, 1e12)).decisions == 0
    assert [one.decisions for one in read(lambda c: cohorts.learners(c, "c1"))] == [0]
    join_at(kit, WHO, kit.now)
    assert read(lambda c: figures.totals(c, "c1", 0.0, 1e12)).decisions == 1
