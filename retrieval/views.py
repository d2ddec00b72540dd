"""Texts in, their letters, words and meaning as one row of numbers each out: what the small models of this room look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer

from knowledge_base.model import Language
from knowledge_base.pinpoint import fold
from retrieval.words import terms

Floats = NDArray[np.float32]
COLUMNS = 2**15
AXES = 96
_LETTERS = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), n_features=COLUMNS, alternate_sign=False, norm="l2")
_WORDS = HashingVectorizer(
    analyzer="word", ngram_range=(1, 2), n_features=COLUMNS, alternate_sign=False, norm="l2", token_pattern=r"\S+"
)


def spelled(texts: Sequence[str], languages: Sequence[Language], english: Sequence[str]) -> csr_matrix:
    """Runs of 3 to 5 letters, stemmed words and pairs of ``texts``, and words of their ``english``; shape (n, 3 · 32,768).

    Each of the three parts of a row has length 1. Plain counts: weighting rare words was worse
    (docs/decisions/0006-what-ranks.md).
    """
    parts = [
        _LETTERS.transform([fold(text) for text in texts]),
        _words(texts, languages),
        _words(english, [Language.EN] * len(english)),
    ]
    return csr_matrix(hstack(parts), dtype=np.float32)


def main_axes(vectors: Floats) -> Floats:
    """The strongest directions of ``vectors`` (n, d) as columns (d, ``AXES``); as good to learn from, and half the time."""
    return np.asarray(np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)[2][:AXES].T, dtype=np.float32)


def beside(rows: csr_matrix, *columns: Floats) -> csr_matrix:
    """``rows`` (n, …) with dense ``columns`` (n, k) to their right."""
    return csr_matrix(hstack([rows, *(csr_matrix(part) for part in columns)]), dtype=np.float32)


def _words(texts: Sequence[str], languages: Sequence[Language]) -> csr_matrix:
    stems = [" ".join(terms(text, language)) for text, language in zip(texts, languages, strict=True)]
    return csr_matrix(_WORDS.transform(stems))
