"""What was found in, provisions in order out: a logistic regression over how cards, statements and digests point to each.

The weights (``ranker.json``) were fitted on the tune half of the golden sets (``python -m evals fit``). Cross-validated by
topic they find an acceptable provision first for 0.58 instead of 0.35, and among five for 0.83 instead of 0.67 of the questions.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge_base.model import Content, Country, InstrumentId, Ref, Role
from retrieval.search import DEEP, Found

FEATURES = (
    "card", "card_rank", "place_in_card", "direct", "votes", "voters", "digest", "statement", "cosine", "own_law", "national",
    "core", "audience", "unverified", "institution", "card_own_law",
)
CARDS = 12
CORE = frozenset({InstrumentId("icoc_2021"), InstrumentId("un_bpuff_1990")})
OTHER_ROLE = 0.6
WEIGHTS = Path(__file__).parent / "ranker.json"
Rows = NDArray[np.float64]
Row = list[float]


class Ranker(NamedTuple):
    """``weights`` of ``FEATURES`` and ``bias``."""

    weights: tuple[float, ...]
    bias: float

    def scores(self, rows: Rows) -> Rows:
        """Probability-like scores 0..1, one per row."""
        return np.asarray(1.0 / (1.0 + np.exp(-(rows @ np.asarray(self.weights) + self.bias))))


def load_ranker(path: Path = WEIGHTS) -> Ranker:
    """The fitted weights."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Ranker(tuple(kept["weights"][name] for name in FEATURES), float(kept["bias"]))


def candidates(
    found: Found, content: Content, country: Country | None, role: Role | None, day: dt.date
) -> dict[Ref, Row]:
    """The features of every provision that anything found points to and that holds for ``country`` on ``day``."""
    rows: dict[Ref, Row] = defaultdict(lambda: [0.0] * len(FEATURES))
    for rank, (card_id, score) in enumerate(found.cards(role, CARDS)):
        card = content.cards[card_id]
        place = 0
        for number, statement in enumerate(card.statements):
            countries = statement.countries or card.countries
            if country and countries and country not in countries:
                continue
            value = score * (OTHER_ROLE if role and statement.roles and role not in statement.roles else 1.0)
            for ref in statement.sources:
                row = rows[ref]
                if value > row[0]:
                    row[:4] = value, 1 / (1 + rank), 1 / (1 + place), float(number == 0)
                row[4] += value
                row[5] += 1
                place += 1
    order = found.order[:DEEP]
    nearness = zip(order.tolist(), found.scores[order].tolist(), found.cosines[order].tolist(), strict=True)
    for position, score, cosine in nearness:
        passage = found.stock.passages[position]
        if passage.kind == "provision":
            row = rows[passage.refs[0]]
            row[6], row[8] = max(row[6], score), max(row[8], cosine)
        elif passage.kind == "statement":
            for ref in passage.refs:
                rows[ref][7] = max(rows[ref][7], score)
    return {ref: _law(row, ref, content, country, role) for ref, row in rows.items() if _holds(ref, content, country, day)}


def _holds(ref: Ref, content: Content, country: Country | None, day: dt.date) -> bool:
    instrument, provision = content.place(ref)
    owner = instrument.country
    return provision.in_force.holds_on(day) and (country is None or owner is None or owner is country)


def _law(row: Row, ref: Ref, content: Content, country: Country | None, role: Role | None) -> Row:
    instrument, provision = content.place(ref)
    own = float(country is not None and instrument.country is country)
    addressed = float(role is not None and role in provision.audience)
    unread, institution = float(provision.verification == "unverified"), float(instrument.kind == "institution")
    row[9:] = (
        own, float(instrument.country is not None), float(instrument.id in CORE), addressed, unread, institution, row[0] * own,
    )
    return row


def provisions(
    found: Found, content: Content, country: Country | None, role: Role | None, day: dt.date, ranker: Ranker, most: int = 20
) -> list[tuple[Ref, float]]:
    """Provisions best first with scores 0..1."""
    rows = candidates(found, content, country, role, day)
    if not rows:
        return []
    scores = ranker.scores(np.array(list(rows.values()), dtype=np.float64))
    ranked = sorted(zip(rows, scores.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
    return ranked[:most]
