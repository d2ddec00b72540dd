"""Texts in, their letters, words and meaning as one row of numbers each out: what the small models of this room look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from knowledge_base.model import Language
from knowledge_base.pinpoint import fold
from retrieval.hashed import HashedRuns
from retrieval.words import terms

Floats = NDArray[np.float32]
COLUMNS = 2**15
SPELLED = 3 * COLUMNS
AXES = 96
_LETTERS = HashedRuns("char_wb", 3, 5, COLUMNS)
_WORDS = HashedRuns("word", 1, 2, COLUMNS)


def spelled(texts: Sequence[str], languages: Sequence[Language], english: Sequence[str]) -> csr_matrix:
    """Runs of 3 to 5 letters, stemmed words and pairs of ``texts``, and words of their ``english``; shape (n, 3 · 32,768).

    Each of the three parts of a row has length 1. Plain counts: weighting rare words was worse
    (docs/decisions/0006-what-ranks.md).
    """
    parts = [
        _LETTERS([fold(text) for text in texts]),
        _words(texts, languages),
        _words(english, [Language.EN] * len(english)),
    ]
    if len(texts) > 1:
        return csr_matrix(hstack(parts), dtype=np.float32)
    indices = np.concatenate([part.indices + number * COLUMNS for number, part in enumerate(parts)])
    values = np.concatenate([part.data for part in parts]).astype(np.float32)
    return csr_matrix((values, indices, [0, len(indices)]), shape=(1, SPELLED))  # hstack of one row takes longer than all else


def main_axes(vectors: Floats) -> Floats:
    """The strongest directions of ``vectors`` (n, d) as columns (d, ``AXES``); as good to learn from, and half the time."""
    return np.asarray(np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)[2][:AXES].T, dtype=np.float32)


def beside(rows: csr_matrix, *columns: Floats) -> csr_matrix:
    """``rows`` (n, …) with dense ``columns`` (n, k) to their right."""
    return csr_matrix(hstack([rows, *(csr_matrix(part) for part in columns)]), dtype=np.float32)


def _words(texts: Sequence[str], languages: Sequence[Language]) -> csr_matrix:
    stems = [" ".join(terms(text, language)) for text, language in zip(texts, languages, strict=True)]
    return _WORDS(stems)
