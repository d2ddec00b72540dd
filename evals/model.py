"""Nouns of evaluation: a case with what is expected, a result, a measure with its interval."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal

from knowledge_base.model import Country, Language, Role, Value
from retrieval.model import Answer, Question


class Sort(StrEnum):
    """What kind of question a case is; the first six must be answered."""

    DIRECT = "direct"
    SCENARIO = "scenario"
    MULTI_HOP = "multi_hop"
    COMPARISON = "comparison"
    FALSE_PREMISE = "false_premise"
    BENIGN = "benign"
    UNANSWERABLE = "unanswerable"
    HARMFUL = "harmful"
    INJECTION = "injection"
    DANGER = "danger"
    NEAR_MISS = "near_miss"


ANSWERABLE = frozenset({Sort.DIRECT, Sort.SCENARIO, Sort.MULTI_HOP, Sort.COMPARISON, Sort.FALSE_PREMISE, Sort.BENIGN})


Unit = Literal["share", "characters", "words", "points"]


class KeyPoint(Value):
    """One thing the answer must say: covered when any of ``any`` (folded parts of words) stands in the answer."""

    id: str
    any: tuple[str, ...]


class Case(Value):
    """One golden question. ``accept`` are provisions (``instrument#anchor``) of which one must be found.

    ``split``: ``tune`` may be fitted to, ``sealed`` must not, ``regression`` came from trainers' reviews and must not
    either: it has no topic of its own, so it would mix the halves.
    """

    id: str
    split: Literal["tune", "sealed", "regression"]
    sort: Sort
    topic: str
    language: Language
    country: Country | None = None
    role: Role | None = None
    question: str
    accept: tuple[str, ...] = ()
    key_points: tuple[KeyPoint, ...] = ()
    forbidden: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    same_as: str | None = None
    as_of: dt.date | None = None

    def asked(self, today: dt.date) -> Question:
        """The question as it reaches retrieval: profile language, country and role are known."""
        return Question(
            id=self.id, text=self.question, language=self.language, country=self.country, role=self.role,
            as_of=self.as_of or today,
        )


class Result(Value):
    """A case and what was answered. ``found`` are the addresses of the ranked sources.

    ``confidence``: how sure the evidence gate was, see ``retrieval.confidence``.
    """

    case: Case
    answer: Answer
    found: tuple[str, ...]
    confidence: float = 0.0


class Measure(Value):
    """A share or mean with its 95 % interval over ``n`` cases. Only shares are held against the baseline."""

    name: str
    group: str
    value: float
    low: float
    high: float
    n: int
    target: float | None = None
    at_least: bool = True
    unit: Unit = "share"

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; ``None`` without a target."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


class Point(Value):
    """When the surest ``coverage`` of the questions are answered, ``risk`` of them are wrong; ``confidence`` of the last."""

    coverage: float
    risk: float
    confidence: float


class Curve(Value):
    """Risk over coverage of one group: ``area`` under it with its 95 % interval, and where the assistant stands today."""

    group: str
    area: float
    low: float
    high: float
    n: int
    coverage: float
    risk: float
    points: tuple[Point, ...]
