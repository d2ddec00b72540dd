"""A message in, what kind of message it is out: one probability per label, from two layers fitted on example messages.

First layer: how near is the message to the examples of each label (by meaning, letters and words), and what a linear model
says. Second: a small logistic regression over those and the cues, trained on first-layer values that never saw the example
itself. Used for alarms (danger now, harm, someone's data) and for requests that must not be answered (off topic, real time …).
Held-out figures: docs/decisions/0005-alarms.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, spmatrix
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from knowledge_base.model import Language
from knowledge_base.pinpoint import fold
from retrieval.encode import Vectors
from retrieval.words import terms

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

    @cached_property
    def turned(self) -> tuple[Vectors, csr_matrix, csr_matrix]:
        """The three views transposed, ready to be compared with."""
        return self.vectors.T, csr_matrix(self.letters.T.tocsr()), csr_matrix(self.words.T.tocsr())

    @property
    def joined(self) -> csr_matrix:
        return csr_matrix(hstack([self.letters, self.words, csr_matrix(self.vectors * VECTOR_WEIGHT)]))


def see(texts: Sequence[str], languages: Sequence[Language], vectors: Vectors) -> Seen:
    """Letters, words and meaning of ``texts``."""
    folded = [fold(text) for text in texts]
    stems = [" ".join(terms(text, language)) for text, language in zip(texts, languages, strict=True)]
    return Seen(vectors, csr_matrix(_LETTERS.transform(folded)), csr_matrix(_WORDS.transform(stems)))


class Verdict(NamedTuple):
    """Probability per name, and the tag of the nearest example of each name."""

    probabilities: dict[str, float]
    nearest: dict[str, str]


@dataclass(frozen=True)
class KindModel:
    """Both layers and the examples the first one compares with; ``labels`` are numbers into ``names``."""

    names: tuple[str, ...]
    tags: tuple[str, ...]
    examples: Seen
    labels: NDArray[np.int64]
    linear: Floats
    linear_bias: Floats
    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats

    def judge(self, text: str, language: Language, vector: Vectors, cues: Floats) -> Verdict:
        """Probabilities sum to 1; ``tags`` say what each example stands for (the card of an alarm)."""
        seen = see([text], [language], vector[None, :])
        near, alike = _nearness(seen, self.examples, self.labels, len(self.names))
        row = np.hstack([near[0], _linear(seen, self.linear, self.linear_bias)[0], cues])
        scores = ((row - self.mean) / self.scale) @ self.weights.T + self.bias
        powers = np.exp(scores - scores.max())
        nearest = {}
        for number, name in enumerate(self.names):
            among = np.flatnonzero(self.labels == number)
            nearest[name] = self.tags[int(among[np.argmax(alike[0, among])])]
        return Verdict({n: float(p) for n, p in zip(self.names, powers / powers.sum(), strict=True)}, nearest)


def fit(
    names: tuple[str, ...], tags: tuple[str, ...], seen: Seen, labels: NDArray[np.int64], cues: Floats, groups: NDArray[np.int64]
) -> tuple[KindModel, Floats]:
    """Fit both layers. ``groups`` keeps translations of one phrase in one fold. Also held-out probabilities (n, names)."""
    width = len(names)
    first = np.zeros((len(labels), 2 * width * 3 + width), dtype=np.float32)
    folds = groups % FOLDS
    for fold_number in range(FOLDS):
        out = np.flatnonzero(folds == fold_number)
        rest = np.flatnonzero(folds != fold_number)
        known = seen.rows(rest)
        weights, bias = _fit_linear(known, labels[rest])
        part = seen.rows(out)
        first[out] = np.hstack([_nearness(part, known, labels[rest], width)[0], _linear(part, weights, bias)])
    rows = np.hstack([first, cues])
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    scaled = (rows - mean) / scale
    held = np.zeros((len(labels), width), dtype=np.float32)
    for fold_number in range(FOLDS):
        out = folds == fold_number
        held[out] = _second(scaled[~out], labels[~out]).predict_proba(scaled[out])
    second = _second(scaled, labels)
    weights, bias = _fit_linear(seen, labels)
    model = KindModel(
        names=names, tags=tags, examples=seen, labels=labels, linear=weights, linear_bias=bias, mean=mean.astype(np.float32),
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


def _nearness(part: Seen, known: Seen, labels: NDArray[np.int64], width: int) -> tuple[Floats, Floats]:
    """Per view and label the nearest example and the mean of the three nearest, (n, 6 · width); all views added, (n, known)."""
    columns: list[Floats] = []
    total = np.zeros((len(part.vectors), len(known.vectors)), dtype=np.float32)
    among_label = [np.flatnonzero(labels == label) for label in range(width)]
    for one, other in zip((part.vectors, part.letters, part.words), known.turned, strict=True):
        alike = one @ other
        dense = np.asarray(alike.toarray() if isinstance(alike, spmatrix) or hasattr(alike, "toarray") else alike)
        total += dense
        for label in range(width):
            among = dense[:, among_label[label]]
            if among.shape[1] < NEAREST:
                columns += [np.zeros(len(dense), dtype=np.float32)] * 2
                continue
            best = -np.partition(-among, NEAREST - 1, axis=1)[:, :NEAREST]
            columns += [best.max(axis=1), best.mean(axis=1)]
    return np.stack(columns, axis=1).astype(np.float32), total
