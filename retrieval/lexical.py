"""The door to bm25s: texts in, an index in one language out; a question in, one BM25 score per text out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from knowledge_base.model import Language
from retrieval.words import terms

Scores = NDArray[np.float32]


class Lexical:
    """BM25 (k1 1.2, b 0.75) over stemmed, folded words of one language. Missing texts are empty strings: score 0."""

    def __init__(self, language: Language, index: bm25s.BM25, size: int) -> None:
        self.language = language
        self._index = index
        self._vocabulary: dict[str, int] = index.vocab_dict
        self.size = size

    def scores(self, text: str) -> Scores:
        """One score per indexed text, shape (size,); zeros when no word is known."""
        known = [word for word in terms(text, self.language) if word in self._vocabulary]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._index.get_scores(known), dtype=np.float32)

    def save(self, folder: Path) -> None:
        self._index.save(str(folder), show_progress=False)


def build_lexical(language: Language, texts: Sequence[str]) -> Lexical:
    """Index ``texts``; their order is the order of the scores."""
    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index([terms(text, language) if text else [""] for text in texts], show_progress=False)
    return Lexical(language, index, len(texts))


def open_lexical(language: Language, folder: Path, size: int) -> Lexical:
    """Read what ``save`` wrote."""
    return Lexical(language, bm25s.BM25.load(str(folder), load_corpus=False), size)
