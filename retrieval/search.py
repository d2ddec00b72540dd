"""What was heard in, passages scored and cards and provisions ranked out.

``score = 0.6 · dense + 0.4 · max(BM25 on English, 0.7 · BM25 in the question's language)``, each scaled to 0..1 within the
question. Weighted fusion and reciprocal ranks come out equal here (docs/decisions/0008-one-table.md). Cards are ranked by
these scores and by the card model together (docs/decisions/0006-what-ranks.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from knowledge_base.model import CardId, Country, Language, Role
from retrieval.card_model import CardModel
from retrieval.dense import Dense
from retrieval.heard import REMEMBERED, Heard
from retrieval.lexical import Lexical
from retrieval.model import Passage

DENSE_WEIGHT = 0.6
NATIVE_WEIGHT = 0.7
DEEP = 400
RANKED = 20
"""Cards that are ranked; nobody asks for more."""
NEAR_WEIGHT = 1.0
MODEL_WEIGHT = 1.5
NOT_ASKED, ASKED = -1.05, -0.3
"""Scores of the card model that count as 0 and as 1."""
OTHER_ROLE = 0.06
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Near = Future[tuple[NDArray[np.int64], Floats]]
"""Positions and cosines, best first, when they are there."""


@dataclass(frozen=True)
class Stock:
    """All passages with their search structures; positions index everything."""

    passages: tuple[Passage, ...]
    dense: Dense
    english: Lexical
    native: dict[Language, Lexical]
    card_words: Lexical
    """English BM25 over whole cards, in the order of ``cards``."""
    alarm_only: frozenset[CardId] = frozenset()
    card_model: CardModel | None = None

    @cached_property
    def begin(self) -> Callable[[Heard], Near]:
        """``begin(heard)``: the ``DEEP`` nearest passages, looked for beside the caller; the last few are remembered.

        Chroma lets go of the interpreter and takes a third of an answer: meanwhile the small models look at the question.
        """

        def nearest(heard: Heard) -> Near:
            return self._beside.submit(self.dense.nearest, heard.vector, min(DEEP, len(self.passages)))

        return lru_cache(maxsize=REMEMBERED)(nearest)

    @cached_property
    def _beside(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=4, thread_name_prefix="nearest")

    def close(self) -> None:
        """End the threads and let go of the vectors."""
        self._beside.shutdown()
        self.dense.close()

    @cached_property
    def cards(self) -> tuple[CardId, ...]:
        """All cards, sorted."""
        return tuple(sorted(self.by_card))

    @cached_property
    def owner(self) -> NDArray[np.int64]:
        """For each passage the number of its card in ``cards``, or -1."""
        number = {card: i for i, card in enumerate(self.cards)}
        return np.array([number[p.card] if p.card is not None else -1 for p in self.passages], dtype=np.int64)

    @cached_property
    def roles(self) -> tuple[frozenset[Role], ...]:
        """For each card the roles it is for (empty: everyone)."""
        return tuple(frozenset(self.passages[self.by_card[card][-1]].roles) for card in self.cards)

    @cached_property
    def reserved(self) -> Flags:
        """Cards that only answer an alarm (refusals of harm or of somebody's data): they never answer a question."""
        return np.array([card in self.alarm_only for card in self.cards], dtype=np.bool_)

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
    card_words: Floats
    asked: Floats | None = None
    """How much each card is what the question asks for, by the card model; ``None`` without one."""

    def cards(self, role: Role | None, most: int = 10) -> list[tuple[CardId, float]]:
        """Cards best first, scores 0..1: best passage, the three nearest, all words of the card, and the card model."""
        if role not in self._ranked:
            self._ranked[role] = self._rank_cards(role)
        return self._ranked[role][:most]

    @cached_property
    def _ranked(self) -> dict[Role | None, list[tuple[CardId, float]]]:
        return {}

    def _rank_cards(self, role: Role | None) -> list[tuple[CardId, float]]:
        stock = self.stock
        if not stock.cards:
            return []
        owner = stock.owner
        best = np.zeros(len(stock.cards), dtype=np.float32)
        kept = owner >= 0
        np.maximum.at(best, owner[kept], np.maximum(self.scores[kept], 0.0))
        near = self._three_nearest()
        usable = (best > 0) & ~stock.reserved
        total = _spread(best, usable) + NEAR_WEIGHT * _spread(near, usable) + _spread(self.card_words, usable)
        total = total / (2.0 + NEAR_WEIGHT)
        if self.asked is not None:
            sure = np.clip((self.asked - NOT_ASKED) / (ASKED - NOT_ASKED), 0.0, 1.0)
            total = (total + MODEL_WEIGHT * sure) / (1.0 + MODEL_WEIGHT)
        if role is not None:
            total = total - OTHER_ROLE * np.array([bool(r) and role not in r for r in stock.roles], dtype=np.float32)
        order = np.argsort(-np.where(usable, total, -1.0), kind="stable")[:RANKED]
        return [(stock.cards[i], float(total[i])) for i in order if usable[i]]

    def _three_nearest(self) -> Floats:
        """Mean cosine of the three nearest passages of each card (missing ones count as 0)."""
        near = np.zeros(len(self.stock.cards), dtype=np.float32)
        owners = self.stock.owner[self.nearest]
        by_card = np.argsort(owners, kind="stable")
        sorted_owners = owners[by_card]
        place = np.arange(len(by_card)) - np.searchsorted(sorted_owners, sorted_owners)  # 0 is a card's nearest
        kept = (sorted_owners >= 0) & (place < 3)
        np.add.at(near, sorted_owners[kept], self.cosines[self.nearest[by_card[kept]]] / np.float32(3))
        return near

    @cached_property
    def nearest(self) -> NDArray[np.int64]:
        """Positions with a cosine above 0, nearest first, equal ones as they stand in the stock; at most ``DEEP``."""
        seen = np.flatnonzero(self.cosines > 0)
        return seen[np.argsort(-self.cosines[seen], kind="stable")][:DEEP]


def search(
    heard: Heard, stock: Stock, country: Country | None, day: dt.date, without: Collection[int] = ()
) -> Found:
    """Score every passage that holds for ``country`` on ``day``; ``without`` leaves positions out (for fitting)."""
    near = stock.begin(heard)
    size = len(stock.passages)
    usable = stock.usable(country, day)
    if without:
        usable = usable.copy()
        usable[list(without)] = False
    english = np.where(usable, stock.english.scores(heard.english), 0.0).astype(np.float32)
    native = np.where(usable, stock.native[heard.language].scores(heard.lexical), 0.0).astype(np.float32)
    words = stock.card_words.scores(heard.english)
    asked = stock.card_model.scores(heard, stock.cards) if stock.card_model is not None else None
    positions, cosines = near.result()
    whole = np.zeros(size, dtype=np.float32)
    whole[positions] = cosines
    kept = usable & (whole > 0)
    dense = np.zeros(size, dtype=np.float32)
    if kept.any():
        low, high = float(whole[kept].min()), float(whole[kept].max())
        dense[kept] = (whole[kept] - low) / (high - low) if high > low else 1.0
    fused = DENSE_WEIGHT * dense + (1 - DENSE_WEIGHT) * np.maximum(_scaled(english), NATIVE_WEIGHT * _scaled(native))
    fused = np.where(usable, fused, -1.0).astype(np.float32)
    top = np.argpartition(-fused, min(DEEP, size - 1))[:DEEP]
    order = top[np.argsort(-fused[top], kind="stable")].astype(np.int64)
    cosine = np.where(usable, whole, 0.0).astype(np.float32)
    return Found(stock, fused, order[fused[order] > 0], cosine, english, native, words, asked)


def _spread(scores: Floats, usable: Flags) -> Floats:
    """``scores`` from 0 (lowest usable) to 1 (highest)."""
    if not usable.any():
        return scores
    low, high = float(scores[usable].min()), float(scores[usable].max())
    return np.asarray((scores - low) / (high - low) if high > low else np.ones_like(scores), dtype=np.float32)


def _scaled(scores: Floats) -> Floats:
    highest = float(scores.max(initial=0.0))
    return scores / highest if highest > 0 else scores
