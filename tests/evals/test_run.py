"""A whole evaluation over a few cases: figures, ragas, page, comparison and gate."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from evals.compare import changes, good, regressions
from evals.golden_sets import read_cases
from evals.judge import citation_recall, covered, forbidden_said
from evals.model import ANSWERABLE, KeyPoint, Sort
from evals.page import write_page
from evals.run import Report, run
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
        "ragas IDBasedContextRecall", "ragas NonLLMContextRecall", "ragas RougeScore",
    ):
        assert wanted in names
    assert all(0 <= m.value <= 1 or m.name == "recall@5 lost by noise" for m in report.measures)


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
