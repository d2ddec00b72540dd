"""A message in, what kind of message it is out: one probability per kind, from two layers fitted on example messages.

First layer: linear classifiers over letters, words, meaning and cues, and how near by meaning the message is to the examples
of each kind. Second: a small logistic regression over those and the cues, trained on first-layer values that never saw the
example itself. Used for alarms (danger now, harm, someone's data) and for requests that must not be answered (off topic,
real time …). What was compared: docs/decisions/0005-alarms.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from retrieval.encode import Vectors
from retrieval.heard import Heard
from retrieval.linear import Linear, fit_linear
from retrieval.views import Floats, beside, main_axes

FOLDS = 3
NEAREST = 3
MOST_COMPARED = 4_000
"""Examples of one kind that meaning is compared with; more only cost time."""


class Verdict(NamedTuple):
    """Probability per name (they sum to 1), and how much it is like each tag (the card of an alarm): higher is nearer."""

    probabilities: dict[str, float]
    tags: dict[str, float]


@dataclass(frozen=True)
class KindModel:
    """``linear`` tells ``names`` apart, ``tags`` the tags of examples. ``examples`` (n, d), ``labels`` (n): see ``nearness``."""

    names: tuple[str, ...]
    axes: Floats
    linear: Linear
    tags: Linear | None
    examples: Vectors
    labels: NDArray[np.int64]
    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats

    def judge(self, heard: Heard, cues: Floats) -> Verdict:
        """``cues``: see ``cues.CueCounter.counts``."""
        columns = (heard.vector @ self.axes, cues)
        near = nearness(heard.vector[None, :], self.examples, self.labels, len(self.names))
        first = np.hstack([self.linear.of_one(heard.row, *columns), near[0], cues])
        scores = ((first - self.mean) / self.scale) @ self.weights.T + self.bias
        powers = np.exp(scores - scores.max())
        tags = dict(zip(self.tags.names, self.tags.of_one(heard.row, *columns).tolist(), strict=True)) if self.tags else {}
        return Verdict({n: float(p) for n, p in zip(self.names, powers / powers.sum(), strict=True)}, tags)


class Lessons(NamedTuple):
    """Examples: ``rows`` as ``views.spelled`` makes them (n, columns), ``vectors`` (n, d), ``cues`` (n, cues)."""

    rows: csr_matrix
    vectors: Vectors
    cues: Floats


def fit(
    names: tuple[str, ...], tags: Sequence[str], seen: Lessons, labels: NDArray[np.int64], groups: NDArray[np.int64], seed: int
) -> tuple[KindModel, Floats]:
    """Fit both layers; ``labels`` are numbers into ``names``. ``groups`` keeps translations of one phrase in one fold.

    ``tags`` (n): an empty one is none. Also held-out probabilities (n, names).
    """
    width, folds = len(names), groups % FOLDS
    axes = main_axes(seen.vectors)
    whole = beside(seen.rows, seen.vectors @ axes, seen.cues)
    said = [f"{label:02d}" for label in labels]  # numbers that sort as the names stand
    first = np.zeros((len(labels), 3 * width), dtype=np.float32)
    for number in range(FOLDS):
        out, rest = np.flatnonzero(folds == number), np.flatnonzero(folds != number)
        chosen = _sampled(rest, labels, width, Random(seed))
        near = nearness(seen.vectors[out], seen.vectors[chosen], labels[chosen], width)
        first[out] = np.hstack([fit_linear(whole[rest], [said[i] for i in rest]).scores(whole[out]), near])
    rows = np.hstack([first, seen.cues])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    scaled = (rows - mean) / scale
    held = np.zeros((len(labels), width), dtype=np.float32)
    for number in range(FOLDS):
        out = folds == number
        held[out] = _second(scaled[~out], labels[~out]).predict_proba(scaled[out])
    second = _second(scaled, labels)
    chosen = _sampled(np.arange(len(labels)), labels, width, Random(seed))
    tagged = [position for position, tag in enumerate(tags) if tag]
    known = sorted({tags[position] for position in tagged})
    model = KindModel(
        names=names, axes=axes, linear=fit_linear(whole, said), examples=seen.vectors[chosen], labels=labels[chosen],
        tags=fit_linear(whole[tagged], [tags[position] for position in tagged]) if len(known) > 1 else None,
        mean=mean.astype(np.float32), scale=scale.astype(np.float32), weights=second.coef_.astype(np.float32),
        bias=second.intercept_.astype(np.float32),
    )
    return model, held


def nearness(part: Vectors, known: Vectors, labels: NDArray[np.int64], width: int) -> Floats:
    """Per label the cosine of the nearest example and the mean of the three nearest, shape (n, 2 · width).

    ``labels`` of the ``known`` are in ascending order.
    """
    columns: list[Floats] = []
    starts = np.searchsorted(labels, np.arange(width + 1))
    for start, end in pairwise(starts.tolist()):
        if end - start < NEAREST:
            columns += [np.zeros(len(part), dtype=np.float32)] * 2
            continue
        alike = part @ known[start:end].T
        best = np.partition(alike, end - start - NEAREST, axis=1)[:, -NEAREST:]
        columns += [best.max(axis=1), best.mean(axis=1)]
    return np.stack(columns, axis=1).astype(np.float32)


def _sampled(positions: NDArray[np.int64], labels: NDArray[np.int64], width: int, random: Random) -> NDArray[np.int64]:
    """At most ``MOST_COMPARED`` positions of each label, label by label."""
    kept: list[int] = []
    for label in range(width):
        of = [int(position) for position in positions if labels[position] == label]
        kept += sorted(random.sample(of, MOST_COMPARED)) if len(of) > MOST_COMPARED else of
    return np.array(kept, dtype=np.int64)


def _second(rows: Floats, labels: NDArray[np.int64]) -> LogisticRegression:
    return LogisticRegression(max_iter=1000, C=1.0, tol=1e-3).fit(rows, labels)
