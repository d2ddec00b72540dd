"""The one table: every way is real, looks at tune questions only, and no re-ranker has seen the topic it ranks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals.bought import bought_ways
from evals.golden_sets import read_cases
from evals.model import Case
from evals.one_table import asked, hear, markdown, measured, ranked, spoilt
from evals.ways import Way, fused, stock_of, ways
from knowledge_base.model import Language, Ref
from retrieval.library import Library

DAY = dt.date(2026, 11, 24)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    tune = asked(read_cases())
    topics = sorted({case.topic for case in tune})[:8]
    return [case for topic in topics for case in [c for c in tune if c.topic == topic][:5]]


@pytest.fixture(scope="module")
def small(library: Library, data: Path, cases: list[Case]) -> tuple[Library, np.ndarray]:
    """The library with the passages of the wanted provisions and every seventh of the others."""
    vectors = np.load(data / "index" / library.manifest.index_hash / "vectors.npy")
    wanted = {ref for case in cases for ref in case.accept}
    cards = {p.card for p in library.stock.passages if p.card and wanted & set(p.refs)}
    chosen = [
        i for i, p in enumerate(library.stock.passages)
        if (i % 7 == 0 or wanted & set(p.refs) if p.card is None else p.card in cards and i % 3 == 0)
    ]
    few = stock_of([library.stock.passages[i] for i in chosen], vectors[chosen], library.stock)
    return replace(library, stock=few), vectors[chosen]


@pytest.fixture(scope="module")
def every(small: tuple[Library, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> list[Way]:
    library, vectors = small
    return [*ways(library, vectors, DAY), *bought_ways(library, vectors, DAY, tmp_path_factory.mktemp("chroma"))]


def test_only_tune_questions_that_must_be_answered_are_asked() -> None:
    found = asked(read_cases())
    assert len(found) > 250 and {case.split for case in found} == {"tune"} and all(case.accept for case in found)


def test_ranks_are_fused_as_published() -> None:
    assert fused([np.array([7, 3]), np.array([3, 9])]).tolist() == [3, 7, 9]  # 1/62 + 1/61 > 1/61 > 1/62


def test_every_way_finds_something_and_ours_finds_most(
    every: list[Way], small: tuple[Library, np.ndarray], cases: list[Case]
) -> None:
    library, _ = small
    heard = {repaired: [hear(part, library, repaired) for part in (cases, spoilt(cases))] for repaired in (True, False)}
    lines = {way.name: measured(way, *heard[way.repaired], library, DAY) for way in every}
    assert len(lines) == len(every) == 19
    for row in lines.values():
        assert 0 < row.recall_5 <= 1 and row.recall_1 <= row.recall_5 <= row.recall_10 and row.ms > 0, row.name
        assert row.recall_1 <= row.mrr <= 1 and row.low <= row.recall_5 <= row.high
    assert lines["ours"].recall_10 > lines["LangChain EnsembleRetriever, as typed"].recall_10
    assert lines["ours"].noisy_10 > lines["ours without repair"].noisy_10
    table = markdown(list(lines.values()), len(cases), DAY)
    assert table.count("\n| ") == 20 and "**" in table and f"{len(cases)} tune questions" in table


def test_no_way_shows_another_country(every: list[Way], small: tuple[Library, np.ndarray], cases: list[Case]) -> None:
    library, _ = small
    seen = 0
    for case, spoken in zip(cases, hear(cases, library, True), strict=True):
        for way in every:
            if way.rank is not None and case.country:
                for ref in way.rank(case, spoken.heard):
                    owner = library.content.place(Ref(ref))[0].country
                    seen += 1
                    assert owner in (None, case.country), (way.name, ref)
    assert seen > 1000


def test_a_re_ranker_has_not_seen_the_topic_it_ranks(every: list[Way], small: tuple[Library, np.ndarray], cases: list[Case]) -> None:
    library, _ = small
    ours = next(way for way in every if way.name == "ours")
    topic = cases[0].topic
    right = hear(cases, library, True)
    # With answers of one topic exchanged for nonsense, the weights for that topic stay the same: so do its own ranks.
    swapped = [
        s._replace(case=s.case.model_copy(update={"accept": ("none#none",)})) if s.case.topic == topic else s for s in right
    ]
    before, after = (ranked(ours, (part,), library, DAY)[0][0] for part in (right, swapped))
    own = [i for i, case in enumerate(cases) if case.topic == topic]
    assert [before[i] for i in own] == [after[i] for i in own] and before != after


def test_unrepaired_words_stay_as_typed(library: Library, cases: list[Case]) -> None:
    case = next(c for c in cases if c.language is Language.PT).model_copy(update={"question": "quem pode usar a forsa"})
    (with_repair,), (without,) = (hear([case], library, repaired) for repaired in (True, False))
    assert without.heard.native == "quem pode usar a forsa" != with_repair.heard.native
