"""The pages with figures: what stands on them, in three languages, who may see them, and their charts to download."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from PIL import Image
from sqlalchemy import update

from channels.desk import cohort_page, overview
from channels.desk.words import say
from channels.kit import Kit
from channels.store import figures
from channels.store.cohorts import Cohort
from channels.store.database import Store
from channels.store.tables import decisions, journal
from knowledge_base.model import Language
from tests.channels.desk import crowd, desk, practice

CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
CHARTS = ("charts/mastery", "charts/scenarios", "charts/asked")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kit, Cohort, Cohort]:
    return practice.open_desk(tmp_path_factory.mktemp("desk"))


def table(page: httpx.Response, name: str) -> list[list[str]]:
    """The rows of the table with this caption id, as text."""
    found = re.search(rf'<caption id="{name}">.*?</table>', page.text, re.DOTALL)
    assert found is not None, f"no table {name}"
    rows = re.findall(r"<tr>(.*?)</tr>", found.group(), re.DOTALL)
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)).replace("\xa0", " ").strip() for cell in CELL.findall(row)] for row in rows]


def scenario(kit: Kit, cohort: Cohort) -> str:
    """The one most decided in."""
    span = overview.span("12", kit.clock())
    return kit.store.read_now(lambda c: figures.scenarios(c, cohort.id, span.since, span.until))[0].scenario


@pytest.mark.parametrize("language", list(Language))
async def test_the_cohort_page_shows_what_the_database_counts(opened: tuple[Kit, Cohort, Cohort], language: Language) -> None:
    kit, many, _ = opened
    span = overview.span("12", kit.clock())
    found = kit.store.read_now(lambda c: overview.overview(c, many.id, span, kit.now))
    async with desk.browser(kit, "ana") as web:
        page = await web.get(f"/desk/cohorts/{many.id}?lang={language}")
    assert page.status_code == 200 and f'<html lang="{language}"' in page.text
    assert "Nhambiú &lt;Março&gt;" in page.text and "<Março>" not in page.text
    mastery = table(page, "mastery-table")
    labels = {label.in_(language) for label in kit.content.vocabulary.competencies.values()}
    assert len(mastery) == 1 + len(found.mastery) and len(mastery[0]) == 14 and {row[0] for row in mastery[1:]} <= labels
    assert mastery[1][1] == f"{round(found.mastery[0].share * 100)} % ({found.mastery[0].n})"
    drilled = table(page, "scenarios-table")
    assert sum(int(row[3]) for row in drilled[1:]) == found.totals.graded
    assert drilled[1][0] == kit.content.scenarios[found.scenarios[0].scenario].title.in_(language)  # type: ignore[index]
    critical = table(page, "critical-table")
    assert sum(int(row[2]) for row in critical[1:]) <= found.totals.critical and len(critical) > 2
    people = table(page, "practice-table")
    assert len(people) == 1 + 8 and say("cohort.never", language) in people[1][1] and people[1][2] == "0"
    assert {row[0] for row in people[1:]} == {
        say("door.learner", language, code=kit.keys.pseudonym(one.conversation)) for one in found.learners}
    assert "web:0" not in page.text and "new:0" not in page.text, "no conversation id leaves the store"


async def test_charts_say_in_words_what_they_show(opened: tuple[Kit, Cohort, Cohort]) -> None:
    kit, many, _ = opened
    async with desk.browser(kit, "ana") as web:
        page = await web.get(f"/desk/cohorts/{many.id}")
    pictures = [ElementTree.fromstring(one) for one in re.findall(r"<svg.*?</svg>", page.text, re.DOTALL)]
    assert len(pictures) == 2
    for picture in pictures:
        names = [picture.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc")]
        assert all(one is not None and one.text and one.attrib["id"] in picture.attrib["aria-labelledby"] for one in names)
        assert picture.attrib["role"] == "img"
    assert " style=" not in page.text and "<style" not in page.text, "the policy forbids styles in the page"


async def test_the_time_span_has_an_address(opened: tuple[Kit, Cohort, Cohort]) -> None:
    kit, many, _ = opened
    async with desk.browser(kit, "ana") as web:
        short = await web.get(f"/desk/cohorts/{many.id}?weeks=4&lang=pt")
        wrong = await web.get(f"/desk/cohorts/{many.id}?weeks=4000")
        assert len(table(short, "mastery-table")[0]) == 6 and len(table(wrong, "mastery-table")[0]) == 14
        assert f"/desk/cohorts/{many.id}/charts/mastery.svg?weeks=4&amp;lang=pt" in short.text
        assert f"/desk/cohorts/{many.id}/export.csv?weeks=4&amp;lang=pt" in short.text
        assert "&amp;quot" not in (await web.get(f'/desk/cohorts/{many.id}?weeks=4"><b>')).text


async def test_a_scenario_scene_by_scene(opened: tuple[Kit, Cohort, Cohort]) -> None:
    kit, many, _ = opened
    name = scenario(kit, many)
    found = kit.content.scenarios[name]  # type: ignore[index]
    items = kit.store.read_now(lambda c: overview.items(c, many.id, found))
    async with desk.browser(kit, "eva") as web:
        page = await web.get(f"/desk/cohorts/{many.id}/scenarios/{name}?lang=es")
        assert page.status_code == 200 and html.escape(found.title.es) in page.text
        for number, item in enumerate(items, 1):
            rows = table(page, f"options-{number}")[1:]
            assert [row[1] for row in rows] == [
                next(one.text.es for one in found.scenes[item.scene].options if one.id == choice.option) for choice in item.choices]
            assert [row[0] for row in rows] == ["A", "B", "C", "D"][:len(rows)]
            assert [int(row[3]) for row in rows] == [choice.n for choice in item.choices]
        assert (await web.get(f"/desk/cohorts/{many.id}/scenarios/no-such-drill")).status_code == 404


async def test_what_people_ask_and_what_stays_open(opened: tuple[Kit, Cohort, Cohort]) -> None:
    kit, many, _ = opened
    span = overview.span("12", kit.clock())
    async with desk.browser(kit, "ana") as web:
        page = await web.get(f"/desk/cohorts/{many.id}/asked")
    topics, unanswered = table(page, "topics-table"), table(page, "unanswered-table")
    assert len(topics) > 5 and all(int(row[1]) == sum(int(n) for n in row[2:] if n != "–") for row in topics[1:])
    assert len(unanswered) > 5 and all(row[1] == "not covered" for row in unanswered[1:])
    assert re.search(r'href="/desk/answers/a\d+"', page.text) and len(topics[0]) == 2 + len(span.weeks)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("kind", ["svg", "png"])
async def test_charts_to_download(opened: tuple[Kit, Cohort, Cohort], name: str, kind: str) -> None:
    kit, many, _ = opened
    async with desk.browser(kit, "ana") as web:
        found = await web.get(f"/desk/cohorts/{many.id}/{name}.{kind}?lang=pt")
        assert found.status_code == 200 and found.headers["content-type"] == cohort_page.TYPES[kind]
        assert f'filename="{name.partition("/")[2]}.{kind}"' in found.headers["content-disposition"]
        if kind == "svg":
            picture = ElementTree.fromstring(found.content)
            title = picture.find("{http://www.w3.org/2000/svg}title")
            assert title is not None and title.text in {say("cohort.mastery_title", Language.PT), say("asked.chart_title", Language.PT),
                                                        say("cohort.scenarios_title", Language.PT)}
            assert "class=" not in found.text and 'fill="#0b5d4b"' in found.text, "it needs no style sheet"
        else:
            image = Image.open(io.BytesIO(found.content))
            assert image.format == "PNG" and image.width == 1520 and image.height > 300
            assert len(set(image.convert("P").getdata())) > 3, "something is drawn"
        for wrong in ("charts/nothing.svg", "charts/mastery.exe"):
            assert (await web.get(f"/desk/cohorts/{many.id}/{wrong}")).status_code == 404


async def test_the_chart_of_a_scenario(opened: tuple[Kit, Cohort, Cohort]) -> None:
    kit, many, _ = opened
    name = scenario(kit, many)
    async with desk.browser(kit, "ana") as web:
        for kind in ("svg", "png"):
            found = await web.get(f"/desk/cohorts/{many.id}/scenarios/{name}/chart.{kind}")
            assert found.status_code == 200 and f'filename="{name}.{kind}"' in found.headers["content-disposition"]
        assert (await web.get(f"/desk/cohorts/{many.id}/scenarios/no-such-drill/chart.svg")).status_code == 404


def pages(cohort: Cohort, name: str) -> list[str]:
    return [f"/desk/cohorts/{cohort.id}{part}" for part in (
        "", "/asked", f"/scenarios/{name}", f"/scenarios/{name}/chart.svg", *(f"/{one}.png" for one in CHARTS))]


@pytest.mark.parametrize(("name", "of_many", "of_few"), [
    ("ana", 200, 404), ("rosa", 404, 200), ("lead", 200, None), ("boss", 200, None), ("eva", 200, None), ("", 303, 303),
])
async def test_who_sees_what(opened: tuple[Kit, Cohort, Cohort], name: str, of_many: int, of_few: int | None) -> None:
    """A cohort of three is shown to its owner only: for others pages say why (``None``), files do not exist."""
    kit, many, few = opened
    drill = scenario(kit, many)
    async with desk.browser(kit, name) as web:
        for path in pages(many, drill):
            assert (await web.get(path)).status_code == of_many, path
        for path in pages(few, drill):
            found = await web.get(path)
            if of_few is not None:
                assert found.status_code == of_few, path
            elif path.endswith((".svg", ".png")):
                assert found.status_code == 404, path
            else:
                assert found.status_code == 200 and "from 5 learners on" in found.text and "<table" not in found.text, path
        if of_many == 404:
            missing, other = await web.get(f"/desk/cohorts/{many.id}"), await web.get("/desk/cohorts/none-at-all")
            assert other.status_code == 404
            assert missing.text.replace(many.id, "") == other.text.replace("none-at-all", ""), "existence is not told"


async def test_who_was_let_out_sees_nothing_more(tmp_path: Path) -> None:
    """A learner who leaves is gone from the figures; with fewer than five left they are hidden from who does not own it."""
    kit, many, _ = practice.open_desk(tmp_path, decided=50)
    async with desk.browser(kit, "eva") as web:
        assert "<table" in (await web.get(f"/desk/cohorts/{many.id}")).text
        for number in range(4):
            practice.move(kit, crowd.learner(number), "other")
        page = await web.get(f"/desk/cohorts/{many.id}")
        assert "from 5 learners on" in page.text and kit.keys.pseudonym(crowd.learner(5)) not in page.text
    async with desk.browser(kit, "ana") as web:
        page = await web.get(f"/desk/cohorts/{many.id}")
        assert kit.keys.pseudonym(crowd.learner(5)) in page.text and kit.keys.pseudonym(crowd.learner(0)) not in page.text


async def test_content_that_is_gone_is_shown_by_its_id(tmp_path: Path) -> None:
    """A scenario, an option or a card can be taken out of the content; what was decided then stays readable."""
    kit, many, _ = practice.open_desk(tmp_path, decided=50)

    def rename(store: Store) -> None:
        store.write_now(lambda c: c.execute(update(decisions).values(scenario="old-drill", competency="old-skill")))
        store.write_now(lambda c: c.execute(update(journal).values(answer=journal.c.answer + " ")))

    rename(kit.store)
    async with desk.browser(kit, "ana") as web:
        page = await web.get(f"/desk/cohorts/{many.id}")
        assert page.status_code == 200 and table(page, "scenarios-table")[1][0] == "old-drill"
        assert table(page, "mastery-table")[1][0] == "old-skill" and "/scenarios/old-drill" not in page.text


async def test_an_empty_cohort_has_a_page(tmp_path: Path) -> None:
    kit, _ = desk.kit(tmp_path)
    empty = desk.cohort(kit, "Empty", desk.trainer(kit, "ana"), "CCCC3333")
    async with desk.browser(kit, "ana") as web:
        for path in ("", "/asked", "/charts/mastery.png", "/charts/asked.png", "/charts/scenarios.svg", "/report.pdf", "/export.csv"):
            assert (await web.get(f"/desk/cohorts/{empty.id}{path}")).status_code == 200, path
        assert "Nobody decided anything" in (await web.get(f"/desk/cohorts/{empty.id}")).text
