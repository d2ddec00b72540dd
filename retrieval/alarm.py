"""A message in, the probability that it means danger now, harm, or someone's data out.

Two layers, fitted at index build on ``triggers.yaml`` against its near misses, the limits and all card phrasings. First:
how near is the message to the examples of each class (by meaning, letters and words) and what a linear model says. Second:
a small logistic regression over those and the cues, trained on first-layer values that never saw the example itself.
Held-out figures and the choice of thresholds: docs/decisions/0005-alarms.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, spmatrix
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from knowledge_base.model import Language
from knowledge_base.pinpoint import fold
from retrieval.encode import Vectors
from retrieval.words import terms

LABELS = ("danger_now", "harmful", "none", "personal_data")
FOLDS = 5
NEAREST = 3
VECTOR_WEIGHT = 2.0
_LETTERS = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), n_features=2**15, alternate_sign=False, norm="l2")
_WORDS = HashingVectorizer(
    analyzer="word", ngram_range=(1, 2), n_features=2**15, alternate_sign=False, norm="l2", token_pattern=r"\S+"
)
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Seen:
    """Texts as the first layer sees them, one row each."""

    vectors: Vectors
    letters: csr_matrix
    words: csr_matrix

    def rows(self, chosen: NDArray[np.int64]) -> Seen:
        return Seen(self.vectors[chosen], self.letters[chosen], self.words[chosen])

    @property
    def joined(self) -> csr_matrix:
        return csr_matrix(hstack([self.letters, self.words, csr_matrix(self.vectors * VECTOR_WEIGHT)]))


def see(texts: Sequence[str], languages: Sequence[Language], vectors: Vectors) -> Seen:
    """Letters, words and meaning of ``texts``."""
    folded = [fold(text) for text in texts]
    stems = [" ".join(terms(text, language)) for text, language in zip(texts, languages, strict=True)]
    return Seen(vectors, csr_matrix(_LETTERS.transform(folded)), csr_matrix(_WORDS.transform(stems)))


@dataclass(frozen=True)
class AlarmModel:
    """Both layers and the examples the first one compares with."""

    examples: Seen
    labels: NDArray[np.int64]
    linear: Floats
    linear_bias: Floats
    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats

    def probabilities(self, text: str, language: Language, vector: Vectors, cues: Floats) -> dict[str, float]:
        """One probability per label of ``LABELS``; they sum to 1."""
        seen = see([text], [language], vector[None, :])
        first = np.hstack([_nearness(seen, self.examples, self.labels), _linear(seen, self.linear, self.linear_bias)])
        row = np.hstack([first[0], cues])
        scores = ((row - self.mean) / self.scale) @ self.weights.T + self.bias
        powers = np.exp(scores - scores.max())
        return {label: float(p) for label, p in zip(LABELS, powers / powers.sum(), strict=True)}


def fit(seen: Seen, labels: NDArray[np.int64], cues: Floats, groups: NDArray[np.int64]) -> tuple[AlarmModel, Floats]:
    """Fit both layers. ``groups`` keeps translations of one phrase in one fold. Also returns held-out probabilities (n, 4)."""
    first = np.zeros((len(labels), 2 * len(LABELS) * 3 + len(LABELS)), dtype=np.float32)
    folds = groups % FOLDS
    for fold_number in range(FOLDS):
        out = np.flatnonzero(folds == fold_number)
        rest = np.flatnonzero(folds != fold_number)
        known = seen.rows(rest)
        weights, bias = _fit_linear(known, labels[rest])
        part = seen.rows(out)
        first[out] = np.hstack([_nearness(part, known, labels[rest]), _linear(part, weights, bias)])
    rows = np.hstack([first, cues])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    scaled = (rows - mean) / scale
    held = np.zeros((len(labels), len(LABELS)), dtype=np.float32)
    for fold_number in range(FOLDS):
        out = folds == fold_number
        held[out] = _second(scaled[~out], labels[~out]).predict_proba(scaled[out])
    second = _second(scaled, labels)
    weights, bias = _fit_linear(seen, labels)
    model = AlarmModel(
        examples=seen, labels=labels, linear=weights, linear_bias=bias, mean=mean.astype(np.float32),
        scale=scale.astype(np.float32), weights=second.coef_.astype(np.float32), bias=second.intercept_.astype(np.float32),
    )
    return model, held


def _second(rows: Floats, labels: NDArray[np.int64]) -> LogisticRegression:
    return LogisticRegression(max_iter=1000, C=1.0, tol=1e-3).fit(rows, labels)


def _fit_linear(seen: Seen, labels: NDArray[np.int64]) -> tuple[Floats, Floats]:
    model = LogisticRegression(max_iter=100, C=6.0, tol=5e-3, class_weight="balanced").fit(seen.joined, labels)
    return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)


def _linear(seen: Seen, weights: Floats, bias: Floats) -> Floats:
    scores = np.asarray(seen.joined @ weights.T) + bias
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(np.log(powers / powers.sum(axis=1, keepdims=True) + 1e-6), dtype=np.float32)


def _nearness(part: Seen, known: Seen, labels: NDArray[np.int64]) -> Floats:
    """Per view and label: the nearest example and the mean of the three nearest, shape (n, 24)."""
    columns: list[Floats] = []
    for one, other in ((part.vectors, known.vectors), (part.letters, known.letters), (part.words, known.words)):
        alike = one @ other.T
        dense = np.asarray(alike.toarray() if isinstance(alike, spmatrix) or hasattr(alike, "toarray") else alike)
        for label in range(len(LABELS)):
            among = dense[:, labels == label]
            if among.shape[1] < NEAREST:
                columns += [np.zeros(len(dense), dtype=np.float32)] * 2
                continue
            best = -np.partition(-among, NEAREST - 1, axis=1)[:, :NEAREST]
            columns += [best.max(axis=1), best.mean(axis=1)]
    return np.stack(columns, axis=1).astype(np.float32)
