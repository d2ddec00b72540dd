"""The quick ways of a single question give what the plain ways give."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from sklearn.feature_extraction.text import HashingVectorizer
from threadpoolctl import threadpool_info, threadpool_limits

from knowledge_base.model import Country, Language
from retrieval.hashed import HashedRuns
from retrieval.library import Library
from retrieval.search import DEEP, search
from retrieval.threads import one_thread
from retrieval.views import SPELLED, beside, spelled

TEXTS = ["¿Puedo disparar al que corta la reja?", "", "ok ok ok", "posso revistar uma mulher à noite", "a b, c-d e/f"]
DAY = dt.date(2026, 1, 1)


@pytest.mark.parametrize(("analyzer", "runs"), [("char_wb", (3, 5)), ("char_wb", (1, 4)), ("word", (1, 2))])
def test_hashed_runs_are_those_of_scikit_learn(analyzer: str, runs: tuple[int, int]) -> None:
    plain = HashingVectorizer(
        analyzer=analyzer, ngram_range=runs, n_features=512, alternate_sign=False, norm="l2", token_pattern=r"\S+"
    ).transform(TEXTS)
    ours = HashedRuns(analyzer, *runs, 512)  # type: ignore[arg-type]
    assert ours(TEXTS).toarray() == pytest.approx(plain.toarray())
    assert np.vstack([ours([text]).toarray() for text in TEXTS]) == pytest.approx(plain.toarray())


def test_one_row_is_that_of_many() -> None:
    languages = [Language.ES, Language.EN, Language.EN, Language.PT, Language.EN]
    many = spelled(TEXTS, languages, TEXTS[::-1])
    assert many.shape == (len(TEXTS), SPELLED)
    for number, (text, language, english) in enumerate(zip(TEXTS, languages, TEXTS[::-1], strict=True)):
        assert (spelled([text], [language], [english]) != many[number]).nnz == 0


def test_one_row_scores_as_rows_do(library: Library) -> None:
    model = library.stock.card_model
    assert model is not None
    for text in TEXTS:
        heard = library.listener.hear(text, None, None)
        meaning = heard.vector @ model.axes
        plain = model.linear.scores(beside(heard.row, meaning[None, :]))[0]
        assert plain.std() > 0
        assert model.linear.of_one(heard.row, meaning) == pytest.approx(plain, abs=1e-4)


def test_the_three_nearest_count_for_their_card(library: Library) -> None:
    stock = library.stock
    found = search(library.listener.hear("can I shoot at someone who steals ore", None, None), stock, Country.PER, DAY)
    assert 0 < len(found.nearest) <= DEEP
    assert np.all(np.diff(found.cosines[found.nearest]) <= 0)
    near = found._three_nearest()
    for number, card in enumerate(stock.cards):
        best = sorted((float(found.cosines[p]) for p in stock.by_card[card]), reverse=True)[:3]
        assert near[number] == pytest.approx(sum(b for b in best if b > 0) / 3, abs=1e-5)


def test_cards_are_ranked_once_for_everybody_who_asks(library: Library) -> None:
    found = search(library.listener.hear("who may search a woman", None, None), library.stock, None, DAY)
    assert found.cards(None, 12)[:5] == found.cards(None, 5) and len(found.cards(None, 12)) == 12


def test_the_nearest_are_looked_for_once(library: Library) -> None:
    heard = library.listener.hear("is mercury allowed here", None, None)
    assert library.stock.begin(heard) is library.stock.begin(heard)
    positions, cosines = library.stock.begin(heard).result()
    again, same = library.stock.dense.nearest(heard.vector, DEEP)
    assert positions.tolist() == again.tolist() and cosines.tolist() == same.tolist()


def test_linear_algebra_uses_one_thread() -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        one_thread()
        counts = [part["num_threads"] for part in threadpool_info() if part["user_api"] == "blas"]
    assert counts and set(counts) == {1}
    one_thread()
