"""A question's vector and letters in, what kind of request it is out: one probability per class.

A logistic regression over the MiniLM vector and hashed character n-grams, trained at index build on our own card
phrasings (answerable) and on the example questions of ``limits.yaml``. It is one feature of the evidence gate and gives
a refusal its reason; it never answers anything.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from knowledge_base.pinpoint import fold
from retrieval.encode import Vectors

WIDTH = 2**14
VECTOR_WEIGHT = 2.0
_LETTERS = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=WIDTH, alternate_sign=False, norm="l2")


def features(texts: Sequence[str], vectors: Vectors) -> csr_matrix:
    """Sparse features, one row per text."""
    return csr_matrix(hstack([_LETTERS.transform([fold(t) for t in texts]), csr_matrix(vectors * VECTOR_WEIGHT)]))


class IntentModel:
    """``labels`` in order, ``weights`` (labels, WIDTH + d), ``bias`` (labels,)."""

    def __init__(self, labels: tuple[str, ...], weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self.labels = labels
        self.weights = weights
        self.bias = bias

    def probabilities(self, text: str, vector: Vectors) -> dict[str, float]:
        """Probability per label; they sum to 1."""
        scores = np.asarray(features([text], vector[None, :]) @ self.weights.T).ravel() + self.bias
        powers = np.exp(scores - scores.max())
        return {label: float(p) for label, p in zip(self.labels, powers / powers.sum(), strict=True)}


def train(texts: Sequence[str], vectors: Vectors, labels: Sequence[str], steps: int = 120) -> IntentModel:
    """Fit with balanced classes; deterministic."""
    if len(set(labels)) == 1:
        width = WIDTH + vectors.shape[1]
        return IntentModel((labels[0],), np.zeros((1, width), dtype=np.float32), np.zeros(1, dtype=np.float32))
    model = LogisticRegression(max_iter=steps, C=6.0, tol=3e-3, class_weight="balanced")
    model.fit(features(texts, vectors), list(labels))
    weights, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
        weights, bias = np.vstack([-weights[0] / 2, weights[0] / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    return IntentModel(tuple(str(c) for c in model.classes_), weights.astype(np.float32), bias.astype(np.float32))
