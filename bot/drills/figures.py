"""Decisions of a group in, figures about scenes, options, competencies and time out. Pure: nothing is read or remembered.

A decision is *held* when its grade is good or acceptable. Figures about a scene use each learner's first decision at it:
after the feedback one knows the answer. Scenes branch, so not everybody meets the same ones; a learner's *rest score* is
therefore a share: of the first decisions at all other scenes, how many were held.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from knowledge_base.model import Grade, Scenario, Scene

HELD: tuple[Grade, ...] = ("good", "acceptable")
GRADES: tuple[Grade, ...] = ("good", "acceptable", "poor", "critical_fail")
ENOUGH = 20
"""First decisions below which a scene gets no remark: chance alone could explain it."""
EASY, HARD, FLAT = 0.95, 0.3, 0.1
IDLE_DAYS = 14
DAY_S = 86_400.0
_ALIKE = 1e-12


class Take(NamedTuple):
    """A learner's first decision at one scene. ``took_s``: seconds, ``None`` where it was not measured."""

    learner: str
    scene: str
    option: str
    grade: Grade
    took_s: float | None


class Standing(NamedTuple):
    """A learner's first decisions at all scenes of all drills: how many, and how many of them were held."""

    n: int
    held: int


class Spread(NamedTuple):
    """Quartiles of ``n`` times in seconds, interpolated linearly."""

    n: int
    q1: float
    median: float
    q3: float


class Remark(StrEnum):
    """What a trainer should look at in a scene."""

    EASY = "easy"      # nearly everybody holds: nothing to learn here
    HARD = "hard"      # few hold: too hard, or the wording misleads
    FLAT = "flat"      # who does well elsewhere does no better here
    IDLE = "idle"      # an option nobody takes


class Choice(NamedTuple):
    """One option of a scene. ``share``: 0..1 of the first decisions; ``rest``: mean rest score of who took it, 0..1."""

    option: str
    grade: Grade
    n: int
    share: float
    rest: float | None


class Item(NamedTuple):
    """A scene as a test item. ``facility``: share that held, 0..1, ``None`` before the first decision;
    ``discrimination``: point-biserial correlation of holding with the rest score, -1..1, ``None`` where it is undefined."""

    scene: str
    n: int
    facility: float | None
    discrimination: float | None
    choices: tuple[Choice, ...]
    time: Spread | None
    remarks: tuple[Remark, ...]


class Count(NamedTuple):
    """Graded decisions of one competency in one week (0 = the first one shown)."""

    competency: str
    week: int
    n: int
    held: int


class Week(NamedTuple):
    """``share`` held, 0..1; ``None`` when ``n`` is 0."""

    n: int
    share: float | None


class Mastery(NamedTuple):
    """One competency over time, and over all weeks together."""

    competency: str
    weeks: tuple[Week, ...]
    n: int
    share: float


class Practice(NamedTuple):
    """When somebody decided last, seconds since 1970; ``None`` for never."""

    learner: str
    at: float | None


def items(scenario: Scenario, takes: Iterable[Take], standings: Mapping[str, Standing]) -> tuple[Item, ...]:
    """Every scene with options in the order of the scenario. Options that the scenario no longer has are shown too."""
    by_scene: dict[str, list[Take]] = {name: [] for name, scene in scenario.scenes.items() if scene.options}
    for take in takes:
        by_scene.setdefault(take.scene, []).append(take)
    return tuple(_item(name, scenario.scenes.get(name), found, standings) for name, found in by_scene.items())


def rest_score(take: Take, standing: Standing | None) -> float | None:
    """Share held at all scenes but this one, 0..1; ``None`` when the learner met no other."""
    if standing is None or standing.n < 2:
        return None
    return (standing.held - (take.grade in HELD)) / (standing.n - 1)


def point_biserial(held: Sequence[bool], scores: Sequence[float]) -> float | None:
    """Pearson's correlation of a yes/no with a number, -1..1; ``None`` when either never varies or there are under 3.

    Raises ``ValueError`` for sequences of different lengths.
    """
    if len(held) != len(scores):
        raise ValueError(f"{len(held)} answers and {len(scores)} scores")
    n, yes = len(held), sum(held)
    if n < 3 or yes in (0, n):
        return None
    mean = math.fsum(scores) / n
    deviation = math.sqrt(math.fsum((score - mean) ** 2 for score in scores) / n)
    if deviation < _ALIKE:
        return None
    mean_yes = math.fsum(score for was, score in zip(held, scores, strict=True) if was) / yes
    mean_no = math.fsum(score for was, score in zip(held, scores, strict=True) if not was) / (n - yes)
    share = yes / n
    return max(-1.0, min(1.0, (mean_yes - mean_no) / deviation * math.sqrt(share * (1 - share))))


def mastery(counts: Iterable[Count], weeks: int) -> tuple[Mastery, ...]:
    """Per competency its weeks, least held first. Counts outside ``0 <= week < weeks`` are left out."""
    found: dict[str, dict[int, tuple[int, int]]] = {}
    for count in counts:
        if 0 <= count.week < weeks and count.n > 0:
            n, held = found.setdefault(count.competency, {}).get(count.week, (0, 0))
            found[count.competency][count.week] = (n + count.n, held + count.held)
    made = []
    for competency, by_week in found.items():
        n, held = (sum(part) for part in zip(*by_week.values(), strict=True))
        row = tuple(_week(*by_week.get(week, (0, 0))) for week in range(weeks))
        made.append(Mastery(competency, row, n, held / n))
    return tuple(sorted(made, key=lambda one: (one.share, one.competency)))


def spread(times: Iterable[float]) -> Spread | None:
    """The quartiles of some times in seconds; ``None`` of none."""
    ordered = sorted(times)
    if not ordered:
        return None
    found = []
    for k in (1, 2, 3):
        whole, part = divmod((len(ordered) - 1) * k, 4)
        found.append(ordered[whole] if part == 0 else ordered[whole] + (ordered[whole + 1] - ordered[whole]) * part / 4)
    return Spread(len(ordered), *found)


def idle(practices: Iterable[Practice], now: float, days: int = IDLE_DAYS) -> tuple[Practice, ...]:
    """Who has decided nothing for ``days`` days; never first, then longest ago. ``now``: seconds since 1970."""
    found = [one for one in practices if one.at is None or now - one.at > days * DAY_S]
    return tuple(sorted(found, key=lambda one: (one.at is not None, one.at or 0.0, one.learner)))


def _item(name: str, scene: Scene | None, takes: Sequence[Take], standings: Mapping[str, Standing]) -> Item:
    rest = [rest_score(take, standings.get(take.learner)) for take in takes]
    known = [(take.grade in HELD, score) for take, score in zip(takes, rest, strict=True) if score is not None]
    n = len(takes)
    facility = sum(take.grade in HELD for take in takes) / n if n else None
    discrimination = point_biserial([held for held, _ in known], [score for _, score in known])
    choices = _choices(scene, takes, rest)
    return Item(name, n, facility, discrimination, choices, spread(take.took_s for take in takes if take.took_s is not None),
                _remarks(n, facility, discrimination, choices))


def _choices(scene: Scene | None, takes: Sequence[Take], rest: Sequence[float | None]) -> tuple[Choice, ...]:
    grades: dict[str, Grade] = {option.id: option.grade for option in scene.options} if scene else {}
    for take in takes:
        grades.setdefault(take.option, take.grade)
    made = []
    for option, grade in grades.items():
        scores = [score for take, score in zip(takes, rest, strict=True) if take.option == option and score is not None]
        n = sum(take.option == option for take in takes)
        mean = math.fsum(scores) / len(scores) if scores else None
        made.append(Choice(option, grade, n, n / len(takes) if takes else 0.0, mean))
    return tuple(sorted(made, key=lambda one: GRADES.index(one.grade)))


def _remarks(n: int, facility: float | None, discrimination: float | None, choices: Sequence[Choice]) -> tuple[Remark, ...]:
    if n < ENOUGH or facility is None:
        return ()
    found = []
    if facility > EASY:
        found.append(Remark.EASY)
    if facility < HARD:
        found.append(Remark.HARD)
    if discrimination is not None and discrimination < FLAT:
        found.append(Remark.FLAT)
    if any(choice.n == 0 for choice in choices):
        found.append(Remark.IDLE)
    return tuple(found)


def _week(n: int, held: int) -> Week:
    return Week(n, held / n if n else None)
