"""Counts or values in, 95 % intervals out: Wilson for shares, cluster bootstrap by topic for means."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

Z = 1.959964


class Interval(NamedTuple):
    value: float
    low: float
    high: float
    n: int


def wilson(hits: int, n: int) -> Interval:
    """Share ``hits/n`` with Wilson's score interval; an empty sample has the whole range."""
    if n == 0:
        return Interval(float("nan"), 0.0, 1.0, 0)
    p = hits / n
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return Interval(p, max(0.0, middle - half), min(1.0, middle + half), n)


def clustered(values: Sequence[float], clusters: Sequence[str], draws: int = 1000, seed: int = 7) -> Interval:
    """Mean with a percentile interval from resampling whole clusters (topics), because their cases are alike."""
    if not values:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    random = np.random.default_rng(seed)
    groups: dict[str, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        groups.setdefault(cluster, []).append(value)
    sums = np.array([sum(group) for group in groups.values()])
    sizes = np.array([len(group) for group in groups.values()])
    picks = random.integers(0, len(sums), size=(draws, len(sums)))
    means = sums[picks].sum(axis=1) / sizes[picks].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(np.mean(values)), float(low), float(high), len(values))
