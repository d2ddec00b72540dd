"""Risk over coverage: worked out by hand, the same in any order, and refusing well pays."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.risk import area, risks


def test_by_hand() -> None:
    # surest first: right, wrong, right, wrong -> 0, 1/2, 1/3, 2/4
    assert risks([0.9, 0.8, 0.7, 0.1], [0, 1, 0, 1]).tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    found = area([0.9, 0.8, 0.7, 0.1], [0, 1, 0, 1], ["a", "b", "c", "d"])
    assert found.value == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4) and found.n == 4
    assert found.low <= found.value <= found.high


def test_equally_sure_ones_share_their_errors() -> None:
    assert risks([0.5, 0.5], [1, 0]).tolist() == risks([0.5, 0.5], [0, 1]).tolist() == [0.5, 0.5]


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.7, 1.0]), st.booleans()), min_size=1, max_size=40), st.integers(0, 99))
def test_the_order_of_the_cases_does_not_matter(rows: list[tuple[float, bool]], seed: int) -> None:
    other = Random(seed).sample(rows, len(rows))
    before, after = (risks([c for c, _ in part], [float(e) for _, e in part]) for part in (rows, other))
    assert np.allclose(before, after) and before[-1] == pytest.approx(sum(e for _, e in rows) / len(rows))


def test_knowing_when_one_is_wrong_makes_the_area_small() -> None:
    errors = [0.0] * 50 + [1.0] * 50
    sure, topics = np.linspace(1, 0, 100).tolist(), [str(i % 10) for i in range(100)]
    good, blind, bad = (area(c, errors, topics).value for c in (sure, [0.5] * 100, sure[::-1]))
    assert blind == pytest.approx(0.5) and good < 0.2 and bad > 0.8


def test_few_topics_make_a_wide_interval() -> None:
    sure, errors = np.linspace(1, 0, 60).tolist(), [float(i % 3 == 0) for i in range(60)]
    few = area(sure, errors, ["a" if i < 20 else "b" for i in range(60)])
    many = area(sure, errors, [str(i) for i in range(60)])
    assert few.value == many.value and few.low < few.high and many.low < many.value < many.high
