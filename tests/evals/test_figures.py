"""Figures and intervals against values worked out by hand or elsewhere."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.intervals import clustered, wilson
from evals.noise import no_accents, noisy, sms, typos
from evals.ranking import ndcg, rank, recall_at, reciprocal_rank
from knowledge_base.model import Language


@pytest.mark.parametrize(("hits", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (98, 100, 0.9300, 0.9945)])
def test_wilson_matches_published_values(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(hits, n)
    assert found.low == pytest.approx(low, abs=1e-3) and found.high == pytest.approx(high, abs=1e-3)


def test_nothing_measured_is_not_a_number() -> None:
    assert math.isnan(wilson(0, 0).value) and math.isnan(clustered([], []).value)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.data())
def test_a_clustered_interval_holds_its_mean(values: list[float], data: st.DataObject) -> None:
    clusters = data.draw(st.lists(st.sampled_from("abc"), min_size=len(values), max_size=len(values)))
    found = clustered(values, clusters, draws=200)
    assert found.low - 0.5 <= found.value <= found.high + 0.5 and found.n == len(values)


def test_ranking_figures() -> None:
    found, accept = ["a", "b", "c", "d"], {"c", "x"}
    assert (rank(found, accept), recall_at(found, accept, 2), recall_at(found, accept, 3)) == (3, 0.0, 1.0)
    assert reciprocal_rank(found, accept) == pytest.approx(1 / 3)
    assert ndcg(found, accept) == pytest.approx((1 / math.log2(4)) / (1 + 1 / math.log2(3)))
    assert ndcg(["x", "c"], accept) == pytest.approx(1.0) and ndcg([], accept) == 0.0


def test_noise_is_the_same_for_the_same_seed_and_about_as_much_as_asked() -> None:
    text = "posso disparar contra quem está a roubar minério de noite" * 5
    assert typos(text, 0.15, Random(1)) == typos(text, 0.15, Random(1)) != typos(text, 0.15, Random(2))
    changed = sum(typos(letter, 0.15, Random(i)) != letter for i, letter in enumerate(text) if letter.isalpha())
    assert 0.08 < changed / sum(c.isalpha() for c in text) < 0.22
    assert typos(text, 0.0, Random(1)) == text


def test_phone_spelling() -> None:
    assert no_accents("¿Está aquí?") == "esta aqui?"
    assert sms("porque não está", Language.PT) == "pq n ta"
    assert noisy("Por qué está aquí", Language.ES, 0.0, Random(1)) == "x que ta aqui"
