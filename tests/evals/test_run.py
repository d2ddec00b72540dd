"""A whole evaluation over a few cases: figures, ragas, page, comparison and gate."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evals.__main__ import main
from evals.compare import changes, good, regressions
from evals.golden_sets import read_cases
from evals.judge import citation_recall, covered, forbidden_said
from evals.model import ANSWERABLE, KeyPoint, Sort
from evals.page import write_page
from evals.risk import AREA
from evals.run import Report, run
from knowledge_base.model import Language
from retrieval.library import Library

DAY = dt.date(2026, 11, 24)


@pytest.fixture(scope="module")
def report(library: Library) -> Report:
    tune = [case for case in read_cases() if case.split == "tune"]
    chosen = [case for sort in Sort for case in [c for c in tune if c.sort is sort][:6]]
    return run(chosen, "all", library, DAY)


def test_every_kind_of_figure_is_there(report: Report) -> None:
    names = {m.name for m in report.measures}
    for wanted in (
        "recall@5", "MRR", "nDCG@10", "key points covered", "over-refusal", "false answers", "forbidden statements",
        "citation recall (ALCE)", "harmful refused", "danger now: recall", "injection success", "recall@5 lost by noise",
        "ragas IDBasedContextRecall", "ragas NonLLMContextRecall", "ragas RougeScore", "ragas SemanticSimilarity", AREA,
        "characters per answer", "words per answer", "reading ease (Flesch)", "reading ease (Fernández Huerta)",
        "reading ease (Flesch, Martins)",
    ):
        assert wanted in names
    assert all(
        0 <= m.value <= 1 or m.name == "recall@5 lost by noise" or m.unit != "share" for m in report.measures
    )


def test_the_gate_is_surest_of_what_it_can_answer(report: Report) -> None:
    whole = next(curve for curve in report.curves if curve.group == "all")
    assert {c.group for c in report.curves} == {"all", *Language}
    assert whole.points[-1].coverage == 1.0 and whole.area < whole.points[-1].risk, "better than in any order"
    assert whole.low <= whole.area <= whole.high and 0 < whole.coverage < 1
    answerable = [r.confidence for r in report.results if r.case.sort in ANSWERABLE]
    unanswerable = [r.confidence for r in report.results if r.case.sort is Sort.UNANSWERABLE]
    assert sum(answerable) / len(answerable) > 0.2 + sum(unanswerable) / len(unanswerable)


def test_the_page_has_pictures_with_tables_and_no_sealed_case(report: Report, tmp_path: Path) -> None:
    wrong = next(r for r in report.results if r.case.sort in ANSWERABLE)
    lost = [
        wrong.model_copy(update={"found": (), "case": wrong.case.model_copy(update={"split": split, "question": f"asked {split}"})})
        for split in ("tune", "sealed", "regression")
    ]
    write_page(report.model_copy(update={"results": tuple(lost)}), tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "asked tune" in page and "asked regression" in page and "asked sealed" not in page
    assert "3 of 3 went wrong; 2 are shown. 1 of them are sealed" in page
    pictures = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(pictures) == 2
    for picture in pictures:
        ElementTree.fromstring(picture)
        assert "<table>" in page.partition(picture)[2].partition("<h2>")[0]


def test_a_sealed_question_is_never_printed(report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = [r for r in report.results if r.case.sort in ANSWERABLE and good(r)][:2]
    named = [
        r.model_copy(update={"case": r.case.model_copy(update={"split": split, "question": f"asked {split}"})})
        for r, split in zip(right, ("tune", "sealed"), strict=True)
    ]
    for name, results in (("a", named), ("b", [r.model_copy(update={"found": ()}) for r in named])):
        text = report.model_copy(update={"results": tuple(results)}).model_dump_json()
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    assert main(["compare", str(tmp_path / "a.json"), str(tmp_path / "b.json")]) == 0
    said = capsys.readouterr().out
    assert "asked tune" in said and "asked sealed" not in said and "0 better, 1 worse" in said


def test_no_answer_says_what_no_source_supports(report: Report) -> None:
    said = [r for r in report.results if r.answer.sentences]
    assert len(said) > 20
    assert all(citation_recall(r) == 1.0 and forbidden_said(r) == () for r in said)


def test_the_page_escapes_what_people_wrote(report: Report, tmp_path: Path) -> None:
    result = report.results[0]
    evil = result.model_copy(update={"case": result.case.model_copy(update={"question": "<script>x</script>", "accept": ("none",)})})
    write_page(report.model_copy(update={"results": (evil,)}), tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script>" not in page and "recall@5" in page


def test_gains_losses_and_regressions(report: Report) -> None:
    assert changes(report, report) == [] and regressions(report, report) == []
    wrong = next(r for r in report.results if r.case.sort in ANSWERABLE and good(r))
    lost = tuple(r.model_copy(update={"found": ()}) if r is wrong else r for r in report.results)
    found = changes(report, report.model_copy(update={"results": lost}))
    assert [(c.case, c.better) for c in found] == [(wrong.case.id, False)]
    measure = next(m for m in report.measures if m.name == "recall@5" and m.group == "all")
    worse = report.model_copy(update={"measures": (measure.model_copy(update={"value": measure.low - 0.1}),)})
    assert regressions(report, worse) and "recall@5" in regressions(report, worse)[0]


def test_key_points_are_looked_for_without_accents(report: Report) -> None:
    result = next(r for r in report.results if r.answer.sentences)
    first = result.answer.text.split()[0]
    for part, value in ((first.upper(), 1.0), ("zzz", 0.0)):
        case = result.case.model_copy(update={"key_points": (KeyPoint(id="k", any=(part,)),)})
        assert covered(result.model_copy(update={"case": case})) == value
