"""What was found in, whether the evidence is enough out: answer, offer the closest source, or refuse.

A logistic regression over ranking features, calibrated at every index build on our own card phrasings (each searched
without itself) against questions we must not answer. Thresholds from other data refused 48-80 % of real field questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from retrieval.heard import Heard
from retrieval.search import Found
from retrieval.words import terms

NAMES = (
    "top_cosine", "second_card_cosine", "cosine_over_mean", "bm25_english", "bm25_native", "coverage", "agreement",
    "fused_margin", "answerable", "words",
)


class Zone(StrEnum):
    ANSWER = "answer"
    CLOSEST = "closest"
    REFUSE = "refuse"


class Gate(NamedTuple):
    """``weights`` and ``bias`` of standardised features; ``answer`` and ``closest`` are probability thresholds."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    answer: float
    closest: float

    def probability(self, values: Sequence[float]) -> float:
        """Probability that the found evidence answers the question, 0..1."""
        x = (np.asarray(values) - np.asarray(self.mean)) / np.asarray(self.scale)
        return float(1.0 / (1.0 + np.exp(-(x @ np.asarray(self.weights) + self.bias))))

    def zone(self, probability: float) -> Zone:
        if probability >= self.answer:
            return Zone.ANSWER
        return Zone.CLOSEST if probability >= self.closest else Zone.REFUSE


def evidence(heard: Heard, found: Found, answerable: float) -> tuple[float, ...]:
    """The features of ``NAMES`` for one question."""
    if not len(found.order):
        return (0.0,) * (len(NAMES) - 2) + (answerable, 0.0)
    passages = found.stock.passages
    cosines = found.cosines
    ranked = np.argsort(-cosines)[:50]
    top = float(cosines[ranked[0]])
    first = passages[int(ranked[0])].card
    second = next((float(cosines[p]) for p in ranked[1:] if passages[int(p)].card != first), 0.0)
    best = int(found.order[0])
    words = terms(heard.lexical, heard.language)
    said = set(terms(" ".join(filter(None, passages[best].native.values())), heard.language))
    lexical_top = int(np.argmax(np.maximum(found.english, found.native)))
    agreement = float(
        (passages[lexical_top].card is not None and passages[lexical_top].card == first)
        or bool(set(passages[lexical_top].refs) & set(passages[int(ranked[0])].refs))
    )
    scores = found.scores[found.order[:20]]
    return (
        top,
        second,
        top - float(cosines[ranked].mean()),
        float(found.english.max()) / (1.0 + len(terms(heard.english, heard.language))),
        float(found.native.max()) / (1.0 + len(words)),
        sum(word in said for word in words) / len(words) if words else 0.0,
        agreement,
        float(scores[0] - scores[-1]),
        answerable,
        float(np.log1p(len(words))),
    )


def fit(rows: NDArray[np.float64], answerable: NDArray[np.int64], kept: float = 0.90, offered: float = 0.975) -> Gate:
    """Fit on ``rows`` (n, features). ``kept`` of the answerable are answered, ``offered`` at least get a source."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    if len(set(answerable.tolist())) < 2:  # nothing to learn from: everything is answered
        return Gate(tuple(mean.tolist()), tuple(scale.tolist()), (0.0,) * len(NAMES), 0.0, 0.0, 0.0)
    model = LogisticRegression(max_iter=500, C=1.0, class_weight="balanced")
    model.fit((rows - mean) / scale, answerable)
    gate = Gate(
        tuple(mean.tolist()), tuple(scale.tolist()), tuple(model.coef_[0].tolist()), float(model.intercept_[0]), 0.5, 0.2
    )
    positive = np.sort([gate.probability(row) for row in rows[answerable == 1]])
    return gate._replace(
        answer=float(np.quantile(positive, 1 - kept)), closest=float(np.quantile(positive, 1 - offered))
    )
