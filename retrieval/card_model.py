"""A question in, how much each card is what it asks for out: one linear classifier per card over meaning, letters and words.

Fitted at every index build on all ways of asking of all cards. Unlike the comparison with single passages it learns which
words tell neighbouring cards apart, in the question's own language (docs/decisions/0006-what-ranks.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from knowledge_base.model import CardId
from retrieval import linear
from retrieval.encode import Vectors
from retrieval.heard import Heard
from retrieval.linear import Linear, fit_linear, load_linear
from retrieval.views import Floats, beside, main_axes

NAME = "cards"
FILES = (*(f"{NAME}{ending}" for ending in linear.ENDINGS), f"{NAME}-axes.npy")
UNKNOWN = 0.0
"""Score of a card that is younger than the model: between "this one" (1) and "not this one" (-1)."""
WEIGHTS_KEPT = 3_000


@dataclass(frozen=True)
class CardModel:
    """``linear`` has one classifier per card it was fitted on; ``axes``: see ``views.main_axes``."""

    linear: Linear
    axes: Floats

    def scores(self, heard: Heard, cards: Sequence[CardId]) -> Floats:
        """One score for each of ``cards``, about -1 (no) to 1 (yes)."""
        known = dict(zip(self.linear.names, self.linear.of_one(heard.row, heard.vector @ self.axes).tolist(), strict=True))
        return np.array([known.get(card, UNKNOWN) for card in cards], dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write ``FILES`` into ``folder``."""
        self.linear.save(folder, NAME)
        np.save(folder / FILES[-1], self.axes)


def fit_cards(rows: csr_matrix, vectors: Vectors, cards: Sequence[CardId]) -> CardModel:
    """Fit on ways of asking: ``rows`` as ``views.spelled`` makes them (n, columns), their meaning (n, d), their cards (n)."""
    axes = main_axes(vectors)
    return CardModel(fit_linear(beside(rows, vectors @ axes), cards, WEIGHTS_KEPT), axes)


def load_cards(folder: Path) -> CardModel | None:
    """Read what ``save`` wrote; ``None`` when the index has none."""
    found = load_linear(folder, NAME)
    return CardModel(found, np.load(folder / FILES[-1])) if found is not None else None
