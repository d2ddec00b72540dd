"""Results in, how often the assistant would be wrong if it answered only when it is surest out: curves and their areas.

A question counts as wrong when it cannot be answered, or when none of the first five sources found is acceptable. Questions
are answered in the order of the evidence gate's confidence; those a rule refuses (alarms, another country's law) come last.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evals import judge
from evals.intervals import Interval
from evals.model import ANSWERABLE, Curve, Point, Result, Sort
from evals.ranking import recall_at
from knowledge_base.model import Language

STEPS = 20
AREA = "area of risk over coverage (AURC)"
Floats = NDArray[np.float64]


def risk_curves(results: Sequence[Result]) -> tuple[Curve, ...]:
    """One curve for all and one per language, over the answerable and the unanswerable questions."""
    part = [r for r in results if r.case.sort in ANSWERABLE or r.case.sort is Sort.UNANSWERABLE]
    groups = {"all": part, **{str(lang): [r for r in part if r.case.language is lang] for lang in Language}}
    return tuple(_curve(group, chosen) for group, chosen in groups.items() if chosen)


def wrong(result: Result) -> bool:
    """Whether answering this question would be a mistake."""
    return result.case.sort not in ANSWERABLE or not recall_at(result.found, result.case.accept, 5)


def risks(confidences: Sequence[float], errors: Sequence[float]) -> Floats:
    """Share of wrong among the ``i + 1`` surest, for every i, shape (n,). Equally sure ones share their errors."""
    order, flat = _in_order(confidences, errors)
    return np.cumsum(flat[order]) / np.arange(1, len(flat) + 1)


def area(
    confidences: Sequence[float], errors: Sequence[float], topics: Sequence[str], draws: int = 1000, seed: int = 7
) -> Interval:
    """Mean of ``risks`` with a 95 % interval from resampling whole topics."""
    order, flat = _in_order(confidences, errors)
    names = {topic: number for number, topic in enumerate(dict.fromkeys(topics))}
    own = np.array([names[topic] for topic in topics])[order]
    random = np.random.default_rng(seed)
    picks = random.integers(0, len(names), size=(draws, len(names)))
    times = np.stack([np.bincount(row, minlength=len(names)) for row in picks]).astype(np.float64)[:, own]
    seen = np.cumsum(times, axis=1)
    risk = np.cumsum(times * flat[order], axis=1) / np.maximum(seen, 1.0)
    areas = (risk * times).sum(axis=1) / times.sum(axis=1)
    low, high = np.quantile(areas, [0.025, 0.975])
    return Interval(float(risks(confidences, errors).mean()), float(low), float(high), len(flat))


def _in_order(confidences: Sequence[float], errors: Sequence[float]) -> tuple[NDArray[np.int64], Floats]:
    """Positions, surest first, and errors evened out among equally sure ones: their order is chance and must not count."""
    values, errs = np.asarray(confidences, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    _, place = np.unique(values, return_inverse=True)
    mean = np.bincount(place, weights=errs) / np.bincount(place)
    return np.argsort(-values, kind="stable").astype(np.int64), mean[place]


def _curve(group: str, part: Sequence[Result]) -> Curve:
    sure, errors = [r.confidence for r in part], [float(wrong(r)) for r in part]
    found = area(sure, errors, [r.case.topic for r in part])
    risk, ranked = risks(sure, errors), sorted(sure, reverse=True)
    steps = sorted({max(1, round(len(part) * step / STEPS)) for step in range(1, STEPS + 1)})
    said = [r for r in part if judge.answered(r)]
    failed = [judge.false_answer(r) if r.case.sort is Sort.UNANSWERABLE else wrong(r) for r in said]
    return Curve(
        group=group, area=found.value, low=found.low, high=found.high, n=found.n,
        coverage=len(said) / len(part), risk=sum(failed) / len(said) if said else 0.0,
        points=tuple(
            Point(coverage=at / len(part), risk=float(risk[at - 1]), confidence=ranked[at - 1]) for at in steps
        ),
    )
