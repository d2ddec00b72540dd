"""What was heard in, passages scored and cards and provisions ranked out.

``score = 0.6 · dense + 0.4 · max(BM25 on English, 0.7 · BM25 in the question's language)``, each scaled to 0..1 within the
question. Weighted fusion beat reciprocal ranks in every comparison (findings/retrieval.md, section 2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge_base.model import CardId, Country, Language, Ref, Role
from retrieval.dense import Dense
from retrieval.heard import Heard
from retrieval.lexical import Lexical
from retrieval.model import Passage

DENSE_WEIGHT = 0.6
NATIVE_WEIGHT = 0.7
DEEP = 200
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Stock:
    """All passages with their search structures; positions index everything."""

    passages: tuple[Passage, ...]
    dense: Dense
    english: Lexical
    native: dict[Language, Lexical]

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return np.array([p.valid_from.toordinal() if p.valid_from else 0 for p in self.passages], dtype=np.int64)

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        last = dt.date.max.toordinal()
        return np.array([p.valid_until.toordinal() if p.valid_until else last for p in self.passages], dtype=np.int64)

    @cached_property
    def _countries(self) -> dict[Country, Flags]:
        return {
            country: np.array([not p.countries or country in p.countries for p in self.passages], dtype=np.bool_)
            for country in Country
        }

    @cached_property
    def by_card(self) -> dict[CardId, tuple[int, ...]]:
        """Positions of the passages of each card."""
        found: dict[CardId, list[int]] = {}
        for position, passage in enumerate(self.passages):
            if passage.card is not None:
                found.setdefault(passage.card, []).append(position)
        return {card: tuple(positions) for card, positions in found.items()}

    def usable(self, country: Country | None, day: dt.date) -> Flags:
        """Which passages hold for ``country`` on ``day``."""
        today = day.toordinal()
        holds = (self._starts <= today) & (today <= self._ends)
        return holds & self._countries[country] if country else holds


@dataclass(frozen=True)
class Found:
    """The scored passages of one question. ``order`` are positions, best first."""

    stock: Stock
    scores: Floats
    order: NDArray[np.int64]
    cosines: Floats
    english: Floats
    native: Floats

    def cards(self, role: Role | None, most: int = 8) -> list[tuple[CardId, float]]:
        """Cards by their best passage, a little lifted when several of their passages agree; best first."""
        best: dict[CardId, list[float]] = {}
        for position in self.order[:80]:
            passage = self.stock.passages[position]
            if passage.card is not None:
                best.setdefault(passage.card, []).append(float(self.scores[position]))
        ranked = []
        for card, scores in best.items():
            support = sum(scores[1:4]) / 3 if len(scores) > 1 else 0.0
            fits = 0.0 if role is None else self._role_fit(card, role)
            ranked.append((card, 0.9 * scores[0] + 0.1 * support + fits))
        return sorted(ranked, key=lambda pair: (-pair[1], pair[0]))[:most]

    def _role_fit(self, card: CardId, role: Role) -> float:
        roles = self.stock.passages[self.stock.by_card[card][-1]].roles
        return 0.0 if not roles or role in roles else -0.06

    def provisions(self, most: int = 20) -> list[tuple[Ref, float]]:
        """Provisions by their own passage or the statements and phrasings that cite them; best first."""
        best: dict[Ref, float] = {}
        for position in self.order[:160]:
            passage = self.stock.passages[position]
            score = float(self.scores[position])
            step = {"provision": 0.0, "statement": 0.01, "phrasing": 0.012}[passage.kind]
            for rank, ref in enumerate(passage.refs):
                value = score * (1.0 if passage.kind == "provision" else 0.97) - step * rank
                best[ref] = max(best.get(ref, 0.0), value) + (0.002 if ref in best else 0.0)
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:most]


def search(
    heard: Heard, stock: Stock, country: Country | None, day: dt.date, without: Collection[int] = ()
) -> Found:
    """Score every passage that holds for ``country`` on ``day``; ``without`` leaves positions out (for fitting)."""
    size = len(stock.passages)
    usable = stock.usable(country, day)
    if without:
        usable = usable.copy()
        usable[list(without)] = False
    positions, cosines = stock.dense.nearest(heard.vector, min(DEEP, size))
    whole = np.zeros(size, dtype=np.float32)
    whole[positions] = cosines
    english = np.where(usable, stock.english.scores(heard.english), 0.0).astype(np.float32)
    native = np.where(usable, stock.native[heard.language].scores(heard.lexical), 0.0).astype(np.float32)
    kept = usable & (whole > 0)
    dense = np.zeros(size, dtype=np.float32)
    if kept.any():
        low, high = float(whole[kept].min()), float(whole[kept].max())
        dense[kept] = (whole[kept] - low) / (high - low) if high > low else 1.0
    fused = DENSE_WEIGHT * dense + (1 - DENSE_WEIGHT) * np.maximum(_scaled(english), NATIVE_WEIGHT * _scaled(native))
    fused = np.where(usable, fused, -1.0).astype(np.float32)
    top = np.argpartition(-fused, min(DEEP, size - 1))[:DEEP]
    order = top[np.argsort(-fused[top], kind="stable")].astype(np.int64)
    return Found(stock, fused, order[fused[order] > 0], np.where(usable, whole, 0.0).astype(np.float32), english, native)


def _scaled(scores: Floats) -> Floats:
    highest = float(scores.max(initial=0.0))
    return scores / highest if highest > 0 else scores
