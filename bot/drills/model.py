"""Nouns of a drill that is being played: decision, run, view, feedback, what was said."""

from __future__ import annotations

import datetime as dt

from knowledge_base.model import Grade, KeyPoint, Option, Value


class Decision(Value):
    """One step taken, as it is stored for ever. ``order`` are the option ids as they were shown.

    ``option`` is ``None`` for a free answer; then ``covered`` are the key points it touched (the words are not kept).
    """

    run: str
    scenario: str
    number: int
    scene: str
    order: tuple[str, ...] = ()
    option: str | None = None
    grade: Grade | None = None
    competency: str | None = None
    covered: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    shown_at: dt.datetime
    at: dt.datetime

    @property
    def took_s(self) -> float:
        """Seconds between showing and deciding."""
        return (self.at - self.shown_at).total_seconds()


class Run(Value):
    """A drill somebody is in. Together with the scenario it is everything needed to go on or to replay."""

    id: str
    scenario: str
    seed: int
    scene: str
    over: bool = False
    decisions: tuple[Decision, ...] = ()
    started_at: dt.datetime
    shown_at: dt.datetime


class View(Value):
    """What is shown now. ``options`` are texts in the order of this run; empty in a free-answer scene or an ending."""

    text: str
    options: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    timer_s: int | None = None


class Feedback(Value):
    """What followed from a choice, and which option would have been better (``None`` when none was)."""

    option: Option
    better: Option | None = None


class Said(Value):
    """What a free answer covered: never a mark, only what was touched and what was not."""

    covered: tuple[KeyPoint, ...]
    missed: tuple[KeyPoint, ...]
