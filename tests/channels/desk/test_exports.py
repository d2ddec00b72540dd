"""What leaves the desk: the table, xAPI statements against a schema of the specification, report and certificate, and to whom."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest
from sqlalchemy import insert, select

from bot.model import ConversationId
from channels import spreadsheet
from channels.desk import csv as desk_csv
from channels.desk import exports_page, overview, typeface, xapi
from channels.desk.naming import Naming
from channels.desk.words import say
from channels.kit import Kit
from channels.store import figures
from channels.store.cohorts import Cohort
from channels.store.tables import decisions
from knowledge_base.model import Language
from tests.channels.desk import crowd, desk, practice

SCHEMA = json.loads((Path(__file__).parent / "xapi-1.0.3.schema.json").read_text("utf-8"))
FILES = ("export.csv", "export.xapi.json", "report.pdf")
PDFTOTEXT = shutil.which("pdftotext")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kit, Cohort, Cohort]:
    return practice.open_desk(tmp_path_factory.mktemp("desk"))


async def fetch(kit: Kit, name: str, cohort: Cohort, file: str, base: str = "http://desk") -> httpx.Response:
    async with desk.browser(kit, name, base) as web:
        return await web.get(f"/desk/cohorts/{cohort.id}/{file}")


def rows_of(kit: Kit, cohort: Cohort, weeks: str = "12") -> list[figures.Row]:
    span = overview.span(weeks, kit.clock())
    return kit.store.read_now(lambda c: list(figures.rows(c, cohort.id, figures.members(c, cohort.id), span.since, span.until)))


@pytest.mark.parametrize(("value", "expected"), [
    ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"),
    ("\n=1", "'\n=1"), ("＝1", "'＝1"), ("a=1", "a=1"), ("", ""), (None, ""), (-1, "-1"), (-0.5, "-0.5"), (" =1", " =1"),
])
def test_no_cell_is_a_formula(value: object, expected: str) -> None:
    assert spreadsheet.cell(value) == expected
    (row,) = csv.reader(io.StringIO(spreadsheet.lines([[value, "x"]]), newline=""))
    assert row == [expected, "x"]


@pytest.mark.parametrize("language", list(Language))
async def test_the_table_has_every_decision(opened: tuple[Kit, Cohort, Cohort], language: Language) -> None:
    kit, many, _ = opened
    found = await fetch(kit, "eva", many, f"export.csv?lang={language}")
    assert found.headers["content-type"] == "text/csv; charset=utf-8" and found.headers["cache-control"] == "no-store"
    assert 'filename="nhambiu-marco.csv"' in found.headers["content-disposition"]
    assert found.content.startswith(b"\xef\xbb\xbflearner,run,") and found.text.count("\ufeff") == 1
    told = list(csv.DictReader(io.StringIO(found.text.removeprefix("\ufeff"), newline="")))
    rows = rows_of(kit, many)
    assert tuple(told[0]) == desk_csv.COLUMNS and len(told) == len(rows) > 300
    for line, row in zip(told, rows, strict=True):
        assert (line["run"], line["step"], line["scene"], line["grade"]) == (row.run, str(row.step), row.scene, row.grade or "")
        assert line["learner"] == kit.keys.pseudonym(row.conversation)
        assert dt.datetime.fromisoformat(line["at"]).timestamp() == pytest.approx(row.at, abs=1)
        assert line["place"] == ("" if row.place is None else str(row.place + 1))
        scenario = kit.content.scenarios[row.scenario]  # type: ignore[index]
        assert line["scenario_title"] == scenario.title.in_(language)
        assert bool(line["option_text"]) == (row.option is not None) == (not line["covered"] and not line["missed"])
    assert "web:0" not in found.text, "no conversation id, only codes"


def test_texts_that_begin_like_a_formula_are_guarded(opened: tuple[Kit, Cohort, Cohort]) -> None:
    kit, many, _ = opened
    row = next(row for row in rows_of(kit, many) if row.option)._replace(scenario="=cmd|' /C calc'!A0", run="@run")
    text = desk_csv.Lines(kit.keys.pseudonym, Naming(kit.content, Language.EN))([row])
    (cells,) = csv.reader(io.StringIO(text, newline=""))
    assert cells[1] == "'@run" and cells[4].startswith("'=cmd") and cells[5].startswith("'=cmd")


async def test_statements_are_valid_xapi(opened: tuple[Kit, Cohort, Cohort]) -> None:
    kit, many, _ = opened
    found = await fetch(kit, "ana", many, "export.xapi.json?weeks=52")
    assert found.headers["content-type"] == "application/json" and 'filename="nhambiu-marco.xapi.json"' in found.headers["content-disposition"]
    statements = found.json()
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(statements)) == []
    rows = rows_of(kit, many, "52")
    verbs = [one["verb"]["id"].rpartition("/")[2] for one in statements]
    assert verbs.count("answered") == sum(row.option is not None for row in rows) > 200
    assert verbs.count("responded") == sum(row.option is None for row in rows) > 5
    assert verbs.count("completed") == len({row.run for row in rows})
    ids = [one["id"] for one in statements]
    assert len(set(ids)) == len(ids)
    assert {one["actor"]["account"]["name"] for one in statements} == {kit.keys.pseudonym(row.conversation) for row in rows}
    assert "web:0" not in found.text


async def test_a_statement_says_what_was_decided(opened: tuple[Kit, Cohort, Cohort]) -> None:
    kit, many, _ = opened
    found = (await fetch(kit, "ana", many, "export.xapi.json?weeks=52")).json()
    rows = {f"{row.run}/{row.step}": row for row in rows_of(kit, many, "52")}
    checked = 0
    for one in found:
        if not one["verb"]["id"].endswith("/answered"):
            continue
        extensions = one["context"]["extensions"]
        step = extensions["http://desk/xapi/extensions/step"]
        row = next(row for name, row in rows.items() if xapi._id(name) == one["id"])
        assert row.step == step and one["result"]["response"] == row.option
        assert one["result"]["success"] == (row.grade in ("good", "acceptable"))
        assert one["result"]["extensions"]["http://desk/xapi/extensions/grade"] == row.grade
        assert float(one["result"]["duration"][2:-1]) == pytest.approx(row.took_s, abs=0.01)
        assert dt.datetime.fromisoformat(one["timestamp"]).timestamp() == pytest.approx(row.at, abs=0.002)
        assert one["object"]["id"] == f"http://desk/xapi/scenarios/{row.scenario}/scenes/{row.scene}"
        checked += 1
        if checked == 40:
            break
    assert checked == 40
    described = [one["object"]["id"] for one in found if "definition" in one["object"]]
    assert len(described) == len(set(described)), "an activity is described once in a file"
    choice = next(one["object"]["definition"] for one in found if one["object"].get("definition", {}).get("choices"))
    assert set(choice["correctResponsesPattern"]) < {one["id"] for one in choice["choices"]} and set(choice["name"]) == {"en", "es", "pt"}


async def test_the_same_decision_is_the_same_statement_for_everybody(opened: tuple[Kit, Cohort, Cohort]) -> None:
    kit, many, _ = opened
    mine, theirs = [(await fetch(kit, name, many, "export.xapi.json")).json() for name in ("ana", "lead")]
    assert mine == theirs and all(UUID(one["id"]).version == 5 for one in mine)


def test_the_schema_can_fail() -> None:
    """Each of these breaks one rule of the specification."""
    good: dict[str, Any] = {
        "id": "11111111-1111-4111-8111-111111111111", "actor": {"account": {"homePage": "http://x", "name": "A"}},
        "verb": {"id": "http://x/v"}, "object": {"id": "http://x/o"}, "timestamp": "2026-11-24T12:00:00Z", "version": "1.0.3"}
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert validator.is_valid([good])
    changes: tuple[dict[str, Any], ...] = (
        {"id": "no uuid"}, {"actor": {"name": "nobody"}}, {"actor": {"mbox": "a@b", "objectType": "Agent"}}, {"verb": {}},
        {"verb": {"id": "not an iri"}}, {"object": {}}, {"timestamp": "24.11.2026"}, {"version": "2.0"}, {"extra": 1},
        {"result": {"duration": "12s"}}, {"result": {"score": {"scaled": 2}}}, {"context": {"extensions": {"plain": 1}}},
        {"object": {"id": "http://x/o", "definition": {"choices": [{"id": "a"}]}}}, {"timestamp": "2026-11-24T12:00:00-00:00"},
        {"actor": {"account": {"homePage": "http://x", "name": "A"}, "mbox": "mailto:a@b"}},
    )
    for change in changes:
        assert not validator.is_valid([{**good, **change}]), change


@pytest.mark.parametrize(("seconds", "expected"), [(0.0, "PT0S"), (12.3, "PT12.3S"), (100.0, "PT100S"), (3661.256, "PT3661.26S")])
def test_durations(seconds: float, expected: str) -> None:
    assert xapi.duration(seconds) == expected


def words_of(pdf: bytes) -> str:
    if PDFTOTEXT is None:
        pytest.skip("pdftotext is not installed; run docker/system.sh test as root")
    text = subprocess.run([PDFTOTEXT, "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("language", list(Language))
async def test_the_report_in_three_languages(opened: tuple[Kit, Cohort, Cohort], language: Language) -> None:
    kit, many, _ = opened
    found = await fetch(kit, "ana", many, f"report.pdf?lang={language}&weeks=4")
    assert found.headers["content-type"] == "application/pdf" and found.content.startswith(b"%PDF-") and found.content.endswith(b"%%EOF\n")
    text = words_of(found.content)
    for key in ("export.report_title", "cohort.mastery_title", "cohort.scenarios_title", "export.report_asked", "cohort.time"):
        assert say(key, language) in text, key
    assert "Nhambiú <Março>" in text and "2026-11-24" in text and "Ms Ana" in text
    span = overview.span("4", kit.clock())
    totals = kit.store.read_now(lambda c: figures.totals(c, many.id, span.since, span.until))
    assert re.search(rf"{say('cohort.decisions', language)} {totals.decisions}\b", text)
    everybody = kit.store.read_now(lambda c: figures.members(c, many.id))
    assert not any(kit.keys.pseudonym(one) in text for one in everybody), "totals only, nobody's code"


@pytest.mark.parametrize("language", list(Language))
async def test_the_certificate_of_one_learner(opened: tuple[Kit, Cohort, Cohort], language: Language) -> None:
    kit, many, _ = opened
    learner = crowd.learner(3)
    code = kit.keys.pseudonym(learner)
    found = await fetch(kit, "eva", many, f"learners/{code}/certificate.pdf?lang={language}")
    assert found.status_code == 200 and f'filename="{code}.pdf"' in found.headers["content-disposition"]
    with kit.store.engine.connect() as connection:
        own = connection.execute(select(decisions.c.run).where(decisions.c.conversation == learner)).all()
    text = words_of(found.content)
    assert say("export.certificate_title", language) in text and code in text and "Ms Eva" in text
    assert re.search(rf"\b{len({row.run for row in own})}\b.*\b{len(own)}\b", text)
    practised = kit.store.read_now(lambda c: figures.practised(c, many.id, learner))
    assert Naming(kit.content, language).competency(practised[0].competency) in text
    assert found.content.count(b"/Type /Page\n") == 1, "one page"


async def test_no_certificate_for_nothing_nobody_or_somebody_elses_learner(opened: tuple[Kit, Cohort, Cohort]) -> None:
    kit, many, few = opened
    for who, cohort in ((crowd.learner(1, "new:"), many), (ConversationId("web:nobody"), many), (crowd.learner(0, "tg:"), many)):
        found = await fetch(kit, "eva", cohort, f"learners/{kit.keys.pseudonym(who)}/certificate.pdf")
        assert found.status_code == 404
    assert (await fetch(kit, "rosa", few, f"learners/{kit.keys.pseudonym(crowd.learner(0, 'tg:'))}/certificate.pdf")).status_code == 200


@pytest.mark.parametrize(("name", "of_many", "of_few"), [
    ("ana", 200, 404), ("rosa", 404, 200), ("lead", 200, 404), ("boss", 200, 404), ("eva", 200, 404), ("", 303, 303),
])
async def test_who_may_take_what_along(opened: tuple[Kit, Cohort, Cohort], name: str, of_many: int, of_few: int) -> None:
    kit, many, few = opened
    async with desk.browser(kit, name) as web:
        for cohort, who, expected in ((many, crowd.learner(3), of_many), (few, crowd.learner(0, "tg:"), of_few)):
            for file in (*FILES, f"learners/{kit.keys.pseudonym(who)}/certificate.pdf"):
                found = await web.get(f"/desk/cohorts/{cohort.id}/{file}")
                assert found.status_code == expected, f"{cohort.id} {file}"


async def test_a_large_cohort_is_made_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit, many, _ = practice.open_desk(tmp_path, decided=200)
    table, statements = [await fetch(kit, "ana", many, file) for file in FILES[:2]]
    monkeypatch.setattr(exports_page, "AT_ONCE", 1)
    again, parts = [await fetch(kit, "ana", many, file) for file in FILES[:2]]
    assert again.content == table.content
    assert sorted(one["id"] for one in parts.json()) == sorted(one["id"] for one in statements.json())


async def test_an_empty_export_is_still_a_file(tmp_path: Path) -> None:
    kit, _ = desk.kit(tmp_path)
    empty = desk.cohort(kit, "Empty", desk.trainer(kit, "ana"), "CCCC3333")
    assert (await fetch(kit, "ana", empty, "export.xapi.json")).json() == []
    assert (await fetch(kit, "ana", empty, "export.csv")).text == "\ufeff" + ",".join(desk_csv.COLUMNS) + "\r\n"


async def test_free_answers_show_what_they_touched_and_no_words(opened: tuple[Kit, Cohort, Cohort]) -> None:
    kit, many, _ = opened
    statements = (await fetch(kit, "ana", many, "export.xapi.json?weeks=52")).json()
    free = [one for one in statements if one["verb"]["id"].endswith("/responded")]
    assert all("response" not in one["result"] and "success" not in one["result"] for one in free)
    touched = [one["result"]["extensions"]["http://desk/xapi/extensions/covered"] for one in free]
    assert any(touched) and all(isinstance(one, list) for one in touched)


async def test_the_public_address_is_the_home_of_the_accounts(tmp_path: Path) -> None:
    kit, clock = desk.kit(tmp_path, public_url="https://bot.example.org/")
    cohort = desk.cohort(kit, "One", desk.trainer(kit, "ana"), "DDDD4444")
    kit.store.write_now(lambda c: crowd.fill(c, kit.content, cohort.id, clock(), learners=1, decided=3))
    (first, *_) = (await fetch(kit, "ana", cohort, "export.xapi.json", "https://desk")).json()
    assert first["actor"]["account"]["homePage"] == "https://bot.example.org" and first["object"]["id"].startswith("https://bot.example.org/xapi/")


async def test_a_decision_whose_scenario_is_gone_is_exported_by_id(tmp_path: Path) -> None:
    kit, clock = desk.kit(tmp_path)
    cohort = desk.cohort(kit, "One", desk.trainer(kit, "ana"), "DDDD4444")
    kit.store.write_now(lambda c: crowd.fill(c, kit.content, cohort.id, clock(), learners=1, decided=3))
    with kit.store.engine.connect() as connection:
        row = dict(connection.execute(select(decisions).limit(1)).mappings().one())
    kit.store.write_now(lambda c: c.execute(insert(decisions).values(**{
        **row, "id": 99, "step": 99, "scenario": "old", "scene": "gone", "option": "x", "competency": None, "place": None, "took_s": None})))
    statements = (await fetch(kit, "ana", cohort, "export.xapi.json")).json()
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(statements)) == []
    (old,) = [one for one in statements if one["object"]["id"].endswith("/old/scenes/gone")]
    assert "definition" not in old["object"] and "duration" not in old["result"]
    assert ",old,old,gone,x,x," in (await fetch(kit, "ana", cohort, "export.csv")).text


@pytest.mark.parametrize(("name", "expected"), [("Turma de Março", "turma-de-marco"), ("../..\\x", "x"), ("☂", "cohort"), ("a" * 90, "a" * 60)])
def test_file_names_are_plain(name: str, expected: str) -> None:
    assert exports_page.slug(Cohort("c", name, "C", None, 0.0, closed=False)) == expected


def test_signs_the_typeface_lacks_do_not_break_a_page() -> None:
    assert typeface.known("Nhambiú ☂ Ő") == "Nhambiú ? Ő"
    assert typeface.fit("abc", 12, 100) == "abc" and typeface.fit("a long line of words", 12, 60).endswith("…")
    assert typeface.width(typeface.fit("a long line of words " * 50, 12, 60), 12) <= 60


def test_statements_made_from_a_shape_are_those_made_one_by_one(opened: tuple[Kit, Cohort, Cohort]) -> None:
    """Also where a text holds a percent sign, a value is missing, or a scenario has left the content."""
    kit, many, _ = opened
    rows = rows_of(kit, many, "52")
    everybody = kit.store.read_now(lambda c: figures.members(c, many.id))
    runs = kit.store.read_now(lambda c: figures.finished(c, many.id, everybody, 0.0, 1e12))
    choice = next(row for row in rows if row.option)
    odd = [choice._replace(step=900 + number, **change) for number, change in enumerate((  # type: ignore[arg-type]
        {}, {"took_s": None}, {"grade": None}, {"competency": "100 % %s"}, {"place": None}, {"scenario": "gone %d"},
        {"scenario": "gone %d", "took_s": 0.0}, {"run": "%s"}, {"took_s": 3661.256}))]
    quick, slow = [xapi.Statements("http://desk/50%", many.id, kit.content, kit.keys.pseudonym) for _ in range(2)]
    told = [json.loads(quick.decided_text(row)) for row in [*rows, *odd, *odd]] + [json.loads(quick.completed_text(run)) for run in runs]
    assert told == [slow.decided(row) for row in [*rows, *odd, *odd]] + [slow.completed(run) for run in runs]
    assert len(quick._shapes) > 20 and len(runs) > 20


@pytest.mark.parametrize("name", ["", "r/1", "run/web:r000001", "é☂"])
def test_ids_are_uuids_of_version_5(name: str) -> None:
    assert xapi._id(name) == str(uuid5(uuid5(NAMESPACE_URL, "crm-secure-assistant"), name))
