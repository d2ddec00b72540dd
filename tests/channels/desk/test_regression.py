"""Cases from judged answers: redacted of people, in the form the evaluation reads, each once."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from channels.desk import regression
from channels.desk.redact import redact
from channels.desk.regression import Expected, make_case, passages, suggested
from channels.store.reviews import Verdict
from evals.golden_sets import case_problems, read_cases
from evals.model import Case, Sort
from knowledge_base.model import Country, Language, Role
from retrieval.model import Answer, AnswerKind, Question, Reason
from tests.channels import standin

EN, ES, PT = Language.EN, Language.ES, Language.PT


@pytest.mark.parametrize(("language", "written", "kept"), [
    (EN, "My name is John Banda and I guard gate 2", "My name is [name] and I guard gate 2"),
    (EN, "my name is john banda and a thief came", "my name is [name] and a thief came"),
    (EN, "Mr. Banda hit a digger, call +258 84 123 4567 now", "Mr. [name] hit a digger, call [number] now"),
    (EN, "write to john.banda@mine.co.mz or @johnbanda84", "write to [e-mail] or [link]"),
    (EN, "see https://example.org/x?y=1 please", "see [link] please"),
    (EN, "it happened at -12.97412, 40.51778 near the pit", "it happened at [place] near the pit"),
    (EN, "the car ABC-123 and the truck AAB 456 MC", "the car [number] and the truck [number]"),
    (ES, "me llamo Juan Pérez de la Cruz y soy vigilante", "me llamo [nombre] y soy vigilante"),
    (ES, "el Sr. Quispe Mamani, DNI 45871236, entró", "el Sr. [nombre], DNI [número], entró"),
    (ES, "soy el vigilante Juan, mi cel es 987 654 321", "soy el vigilante [nombre], mi cel es [número]"),
    (ES, "doña Rosa del Carmen Huamán no quiere salir", "doña [nombre] no quiere salir"),
    (PT, "Chamo-me João Macuácua e trabalho na mina", "Chamo-me [nome] e trabalho na mina"),
    (PT, "o meu nome é ana e sou guarda", "o meu nome é [nome] e sou guarda"),
    (PT, "BI nº 110100123456B, NUIT 400123456", "BI nº [número], NUIT [número]"),
    (PT, "o meu correio é ana_m(at)exemplo.co.mz", "o meu correio é [correio]"),
])
def test_people_are_taken_out(language: Language, written: str, kept: str) -> None:
    assert redact(written, language) == kept


@pytest.mark.parametrize("written", [
    "may I shoot under art. 449 of Law 13/2023?", "what does Ley 30364 or D.L. 1186 say?", "Decreto 25-2015 de 20 de Novembro",
    "can I hold him for 24 hours, he is 15 years old?", "they owe 1500 meticais", "puedo disparar?", "Can we search the gate?",
    "is a guard allowed to carry a gun at 22:30", "don't shoot, the chief said", "chefe, posso revistar?",
])
def test_the_question_itself_stays(written: str) -> None:
    assert redact(written, EN) == written


@pytest.mark.parametrize("language", Language)
def test_no_golden_question_loses_its_meaning(language: Language) -> None:
    """Golden questions name nobody; a few words that look like a name may go."""
    questions = [case.question for case in read_cases() if case.language is language]
    changed = [question for question in questions if redact(question, language) != question]
    assert len(questions) > 300 and len(changed) / len(questions) < 0.03, changed


def answer(tmp_path: Path, text: str, **changes: object) -> Answer:
    asked = Question(id="q1", text=text, language=PT, country=Country.MOZ, role=Role.GUARD, as_of=dt.date(2026, 11, 24))
    return standin.answered(asked, standin.content(tmp_path)).model_copy(update={"id": "a1", **changes})


def test_what_was_found_is_listed_with_what_was_cited(tmp_path: Path) -> None:
    content = standin.content(tmp_path)
    (found,) = passages(answer(tmp_path, "posso disparar?"), content, PT)
    assert (found.ref, found.score, found.cited) == ("un_test_1990#principle-9", 1.0, True)
    assert "Princípio 9" in found.label and "Nunca dispare" in found.words
    gone = answer(tmp_path, "posso disparar?", sources=(), sentences=())
    assert passages(gone, content, PT) == ()


@pytest.mark.parametrize(("kind", "reason", "verdict", "expected"), [
    (AnswerKind.GROUNDED, None, Verdict.RIGHT, Expected.ANSWERED),
    (AnswerKind.CLARIFY, Reason.CLOSEST_SOURCE, Verdict.RIGHT, Expected.ANSWERED),
    (AnswerKind.REFUSAL, Reason.NOT_COVERED, Verdict.RIGHT, Expected.REFUSED),
    (AnswerKind.REFUSAL, Reason.NOT_COVERED, Verdict.FIX, Expected.ANSWERED),
    (AnswerKind.REFUSAL, Reason.HARMFUL, Verdict.RIGHT, Expected.HARMFUL),
    (AnswerKind.REFUSAL, Reason.PERSONAL_DATA, Verdict.RIGHT, Expected.HARMFUL),
    (AnswerKind.SAFETY, Reason.EMERGENCY, Verdict.RIGHT, Expected.DANGER),
    (AnswerKind.SAFETY, Reason.EMERGENCY, Verdict.FIX, Expected.ANSWERED),
])
def test_one_click_is_enough(tmp_path: Path, kind: AnswerKind, reason: Reason | None, verdict: Verdict,
                             expected: Expected) -> None:
    assert suggested(answer(tmp_path, "posso disparar?", kind=kind, reason=reason), verdict) is expected


@pytest.mark.parametrize("expected", Expected)
def test_the_evaluation_reads_the_line(tmp_path: Path, expected: Expected) -> None:
    found = answer(tmp_path, "chamo-me João Macuácua, posso disparar?")
    path = tmp_path / "golden" / regression.NAME
    assert regression.append(path, make_case(found, expected, ["un_test_1990#principle-9"]))
    assert not regression.append(path, make_case(found, expected, ["un_test_1990#principle-9"])), "each answer once"
    (case,) = read_cases(tmp_path / "golden")
    assert isinstance(case, Case) and case.sort is Sort(expected.value) and case.split == "regression"
    assert case.question == "chamo-me [nome], posso disparar?" and "Macuácua" not in path.read_text("utf-8")
    assert (case.language, case.country, case.role, case.as_of) == (PT, Country.MOZ, Role.GUARD, dt.date(2026, 11, 24))
    assert case.accept == (("un_test_1990#principle-9",) if expected is Expected.ANSWERED else ())
    assert list(case_problems([case], standin.content(tmp_path))) == []


def test_an_expected_answer_needs_a_provision(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="provision"):
        make_case(answer(tmp_path, "posso?"), Expected.ANSWERED, [])
    refused = make_case(answer(tmp_path, "posso?"), Expected.REFUSED, [])
    assert refused["reasons"] == ["not_covered"]


def test_lines_are_added_and_never_changed(tmp_path: Path) -> None:
    path = tmp_path / regression.NAME
    for number in range(3):
        one = answer(tmp_path, "posso disparar?", id=f"a{number}")
        assert not regression.has(path, one.id)
        assert regression.append(path, make_case(one, Expected.REFUSED, []))
        assert regression.has(path, one.id)
    assert [json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()] == [
        "regression-a0", "regression-a1", "regression-a2"]
