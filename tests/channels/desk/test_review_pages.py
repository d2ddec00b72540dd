"""The review pages as a trainer uses them: whose answers are there, judging blind, making a test question, who may not."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from bot.model import Channel, ConversationId, Profile
from channels.desk import regression, session
from channels.desk.filters import span_of
from channels.desk.routes import install
from channels.desk.words import words
from channels.kit import Kit
from channels.model import Entry
from channels.store import cohorts, feedback, journal, profiles, trainers
from channels.store.cohorts import Cohort
from channels.store.database import Connection
from channels.store.trainers import DeskRole
from channels.verify import verify
from evals.golden_sets import read_cases
from knowledge_base.model import Country, Language, Role
from retrieval.model import AnswerKind, Question, Reason
from tests.channels import standin

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    made = standin.kit(tmp_path, clock=standin.Hands(NOW))
    made.store.write_now(partial(fill, made))
    return made


def fill(kit: Kit, connection: Connection) -> None:
    """Two cohorts with a trainer each, a third trainer in both, a lead; four people, one of them in no cohort."""
    for name, role in (("ana", "trainer"), ("rosa", "trainer"), ("both", "trainer"), ("lead", "lead")):
        trainers.add(connection, name, name.title(), trainers.NEVER, DeskRole(role), Language.EN, kit.now)
    for number, name, owner in (("c1", "Gate <1>", 1), ("c2", "Camp 2", 2)):
        cohorts.add(connection, Cohort(number, name, f"CODE{number}", None, kit.now, False), owner)
        cohorts.let_in(connection, number, 3)
    for who, cohort in (("web:a", "c1"), ("web:b", "c2"), ("web:c", None)):
        profiles.put(connection, Profile(conversation=ConversationId(who), channel=Channel.WEB, cohort=cohort), kit.now)
    ask(kit, connection, "a-shoot", "web:a", "My name is John Banda, can I shoot <b>him</b>?")
    ask(kit, connection, "a-refused", "web:a", "what about the drones?", kind=AnswerKind.REFUSAL, reason=Reason.NOT_COVERED)
    ask(kit, connection, "a-person", "web:a", "", kind=AnswerKind.REFUSAL, reason=Reason.PERSONAL_DATA)
    ask(kit, connection, "b-shoot", "web:b", "puedo disparar?", Language.ES)
    ask(kit, connection, "c-shoot", "web:c", "posso disparar?", Language.PT, days=20)
    feedback.add(connection, ConversationId("web:a"), "a-refused", False, kit.now)


def ask(kit: Kit, connection: Connection, answer_id: str, who: str, words: str, language: Language = Language.EN,
        days: float = 0.0, **changes: object) -> None:
    at = kit.clock() - dt.timedelta(days=days)
    asked = Question(id=answer_id, text=words, language=language, country=Country.PER, role=Role.GUARD, as_of=at.date())
    answer = standin.answered(asked, kit.content).model_copy(update=changes)
    journal.add(connection, Entry(at=at, conversation=ConversationId(who), channel=Channel.WEB, message_id=answer_id,
                                  action="ask", language=language, question=words, answer=answer))


@dataclass
class Seat:
    """Somebody signed in."""

    web: httpx.AsyncClient

    async def page(self, path: str, status: int = 200) -> str:
        found = await self.web.get(path)
        assert found.status_code == status, found.text
        return found.text

    async def send(self, path: str, status: int = 303, **form: object) -> httpx.Response:
        token = re.search(r'name="csrf" value="([^"]+)"', await self.page("/desk/queue"))
        assert token is not None
        found = await self.web.post(path, data={"csrf": token.group(1), **form})
        assert found.status_code == status, found.text
        return found

    async def judge(self, answer: str, verdict: str, note: str = "") -> None:
        await self.send(f"/desk/answers/{answer}", verdict=verdict, note=note, do="verdict")

    async def listed(self, query: str = "") -> list[str]:
        return re.findall(r'href="/desk/answers/([\w-]+)', await self.page(f"/desk/queue{query}"))


@asynccontextmanager
async def seat(kit: Kit, name: str) -> AsyncIterator[Seat]:
    app = FastAPI()
    install(app, kit)
    account = kit.store.read_now(lambda c: trainers.named(c, name))
    assert account is not None
    cookie = await session.begin(kit, account.trainer.id, "")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://assistant",
                                 cookies={session.COOKIE: cookie}) as web:
        yield Seat(web)


@pytest.mark.parametrize(("name", "expected"), [
    ("ana", ["a-refused", "a-person", "a-shoot"]), ("rosa", ["b-shoot"]),
    ("both", ["a-refused", "a-person", "a-shoot", "b-shoot"]),
    ("lead", ["a-refused", "a-person", "a-shoot", "b-shoot", "c-shoot"]),
])
async def test_the_most_doubtful_of_my_peoples_answers_first(kit: Kit, name: str, expected: list[str]) -> None:
    async with seat(kit, name) as at:
        assert await at.listed() == expected


async def test_filters_and_pages_have_an_address(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    async with seat(kit, "lead") as at:
        assert await at.listed("?cohort=c2") == ["b-shoot"]
        assert await at.listed("?kind=refusal") == ["a-refused", "a-person"]
        assert await at.listed("?language=pt") == ["c-shoot"]
        assert await at.listed("?week=2026-W48") == ["a-refused", "a-person", "a-shoot", "b-shoot"]
        assert await at.listed("?week=2026-W45") == ["c-shoot"]
        assert await at.listed("?week=nonsense&kind=x&show=y&page=-3&language=zz") == await at.listed()
        await at.judge("b-shoot", "right")
        assert "b-shoot" not in await at.listed() and await at.listed("?show=mine") == ["b-shoot"]
        assert "b-shoot" in await at.listed("?show=all")
        assert "There are more" not in await at.page("/desk/queue")
        with monkeypatch.context() as few:
            few.setattr("channels.store.queue.MOST", 5)
            assert "only the newest 5 answers" in await at.page("/desk/queue")
        monkeypatch.setattr("channels.desk.queue_page.PAGE", 2)
        assert await at.listed("?show=all&page=3") == ["c-shoot"] == await at.listed("?show=all&page=99")
        middle = await at.page("/desk/queue?show=all&page=2")
        assert "/desk/queue?show=all&amp;page=1" in middle and "/desk/queue?show=all&amp;page=3" in middle


async def test_a_page_of_somebody_elses_people_does_not_exist(kit: Kit) -> None:
    async with seat(kit, "ana") as at:
        assert await at.listed("?cohort=c2") == [], "not by the filter"
        strange, missing = await at.page("/desk/answers/b-shoot", 404), await at.page("/desk/answers/nothing", 404)
        assert strange.replace("b-shoot", "nothing") == missing, "and nothing tells them apart"
        await at.send("/desk/answers/b-shoot", 404, verdict="right", do="verdict")
        await at.send("/desk/answers/b-shoot", 404, expected="unanswerable", do="case")
        await at.page("/desk/answers/c-shoot", 404)
        await at.page("/desk/answers/a-shoot")
        kit.store.write_now(lambda c: cohorts.put_out(c, "c1", 1))
        await at.page("/desk/answers/a-shoot", 404)
    with kit.store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM reviews")).scalar_one() == 0
    assert not (kit.settings.data / regression.NAME).exists()


async def test_nobody_gets_in_without_signing_in_or_writes_without_the_token(kit: Kit) -> None:
    async with seat(kit, "ana") as at:
        forged = await at.web.post("/desk/answers/a-shoot", data={"verdict": "right", "do": "verdict"})
        assert forged.status_code == 403
        at.web.cookies.clear()
        for path in ("/desk/queue?cohort=c1", "/desk/answers/a-shoot"):
            turned = await at.web.get(path)
            assert turned.status_code == 303 and turned.headers["location"].startswith("/desk/sign-in?next=")
        assert (await at.web.post("/desk/answers/a-shoot", data={"verdict": "right"})).status_code == 303
    with kit.store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM reviews")).scalar_one() == 0


async def test_an_answer_is_shown_with_everything_it_rests_on_and_no_person(kit: Kit) -> None:
    async with seat(kit, "ana") as at:
        page = await at.page("/desk/answers/a-shoot")
    for seen in ("can I shoot &lt;b&gt;him&lt;/b&gt;?", "Never shoot to protect property.", "Principle 9, Test principles",
                 "Never fire at people", "1.00", "Gate &lt;1&gt;", "test", "English, a, a", kit.content.version[:12]):
        assert seen in page, seen
    assert "web:a" not in page and kit.keys.pseudonym(ConversationId("web:a")) not in page


async def test_judging_is_blind(kit: Kit) -> None:
    async with seat(kit, "ana") as ana, seat(kit, "both") as both, seat(kit, "lead") as lead:
        await ana.judge("a-shoot", "escalate", "The <i>second</i> sentence is wrong.")
        blind = await both.page("/desk/answers/a-shoot")
        assert "The &lt;i&gt;second" not in blind and "Ana" not in blind and "asks for another look" not in blind
        assert "asks for another look" not in await both.page("/desk/queue")
        led = await lead.page("/desk/queue")
        assert "asks for another look" in led and "Ana" not in led
        assert "No answer has been judged by two" in led
        await both.judge("a-shoot", "right")
        seen = await both.page("/desk/answers/a-shoot")
        assert "Ana: escalate" in seen and "The &lt;i&gt;second" in seen and "You said: right." in seen
        assert "trainers disagree" in await lead.page("/desk/queue")
        await both.judge("a-shoot", "escalate")
        told = await lead.page("/desk/queue?show=all")
        assert "trainers disagree" not in told, "the latest verdict counts in the queue"
        assert "pairs of verdicts: 1, of which alike: 0" in told, "the first in the agreement: only that was given blind"
        assert "alpha: 0.00" in told
    found = verify(kit.store, kit.keys.evidence)
    assert found.problems == () and found.reviews == 3


@pytest.mark.parametrize(("form", "problem"), [
    ({"verdict": "perhaps"}, "Choose one of the three"), ({"verdict": ""}, "Choose one of the three"),
    ({"verdict": "fix", "note": "x" * 2001}, "The note is too long"),
])
async def test_a_verdict_that_cannot_be_stored_is_explained(kit: Kit, form: dict[str, str], problem: str) -> None:
    async with seat(kit, "ana") as at:
        assert problem in (await at.send("/desk/answers/a-shoot", 422, do="verdict", **form)).text
        assert "You said" not in await at.page("/desk/answers/a-shoot")


async def test_a_judged_answer_becomes_a_test_question_once(kit: Kit) -> None:
    path = kit.settings.data / regression.NAME
    async with seat(kit, "ana") as at:
        assert "Make a test question" not in await at.page("/desk/answers/a-shoot")
        await at.send("/desk/answers/a-shoot", 404, expected="direct", accept="un_test_1990#principle-9", do="case")
        await at.judge("a-shoot", "right")
        page = await at.page("/desk/answers/a-shoot")
        assert "My name is [name], can I shoot" in page
        assert re.search(r'value="direct" checked', page) and re.search(r'value="un_test_1990#principle-9" checked', page)
        wrong = await at.send("/desk/answers/a-shoot", 422, expected="direct", accept="made#up", do="case")
        assert "Mark at least one provision" in wrong.text
        assert "Choose what should happen" in (await at.send("/desk/answers/a-shoot", 422, expected="x", do="case")).text
        for _ in range(2):
            sent = await at.send("/desk/answers/a-shoot", expected="direct", accept="un_test_1990#principle-9", do="case")
            assert sent.headers["location"] == "/desk/answers/a-shoot?said=case"
        after = await at.page("/desk/answers/a-shoot?said=case")
        assert "The test question was added." in after and "Make a test question" not in after
        await at.judge("a-person", "right")
        assert "Make a test question" not in await at.page("/desk/answers/a-person"), "nothing was kept to ask again"
        await at.send("/desk/answers/a-person", 404, expected="harmful", do="case")
    (case,) = read_cases(kit.settings.data)
    assert case.id == "regression-a-shoot" and case.accept == ("un_test_1990#principle-9",)
    assert "Banda" not in path.read_text("utf-8") and json.loads(path.read_text("utf-8"))["topic"] == "regression"


async def test_an_answer_deleted_meanwhile_gets_no_verdict(kit: Kit) -> None:
    async with seat(kit, "ana") as at:
        await at.judge("a-shoot", "right")
        with kit.store.engine.begin() as connection:
            connection.execute(text("DELETE FROM journal"))
        await at.send("/desk/answers/a-shoot", 404, verdict="fix", do="verdict")


@pytest.mark.parametrize(("language", "title", "verdict"), [
    ("en", "Answers to review", "fix"), ("es", "Respuestas por revisar", "corregir"), ("pt", "Respostas por rever", "corrigir")])
async def test_three_languages(kit: Kit, language: str, title: str, verdict: str) -> None:
    async with seat(kit, "lead") as at:
        listed = await at.page(f"/desk/queue?lang={language}")
        assert f'<html lang="{language}"' in listed and title in listed
        for answer in ("a-shoot", "a-refused", "a-person", "b-shoot"):
            assert f"/desk/answers/{answer}?lang={language}" in listed
            page = await at.page(f"/desk/answers/{answer}?lang={language}")
            assert verdict in page
        sent = await at.send(f"/desk/answers/a-shoot?lang={language}", do="verdict", verdict="fix")
        assert sent.headers["location"] == f"/desk/answers/a-shoot?lang={language}&said=verdict"
        assert '<html lang="es"' in await at.page("/desk/answers/a-shoot?lang=es&said=verdict")


def test_every_word_of_the_queue_is_there_in_three_languages() -> None:
    from channels.desk.doubt import Why
    from channels.desk.regression import Expected
    from channels.store.reviews import Verdict

    section = words()["queue"]
    assert set(section) == {"en", "es", "pt"} and section["en"].keys() == section["es"].keys() == section["pt"].keys()
    needed = {f"why_{why}" for why in Why} | {f"kind_{kind}" for kind in AnswerKind} | {f"reason_{one}" for one in Reason}
    needed |= {f"verdict_{one}" for one in Verdict} | {f"expected_{one}" for one in Expected}
    assert needed <= section["en"].keys() and len(needed) > 25
    used = set()
    for name in ("queue.html", "answer_review.html"):
        source = (Path(regression.__file__).parent / "templates" / name).read_text("utf-8")
        used |= set(re.findall(r'say\("queue\.(\w+)"[,)]', source))
    assert len(used) > 40 and used <= section["en"].keys()


@pytest.mark.parametrize(("week", "since", "until"), [
    ("2026-W48", "2026-11-23", "2026-11-30"), ("2026-W01", "2025-12-29", "2026-01-05"), ("2020-W53", "2020-12-28", "2021-01-04"),
])
def test_a_week_is_monday_to_sunday(week: str, since: str, until: str) -> None:
    def at(day: str) -> float:
        return dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC).timestamp()

    assert span_of(week, NOW) == (at(since), at(until))
    assert span_of("2026-W60", NOW).since == (NOW - dt.timedelta(weeks=4)).timestamp()
