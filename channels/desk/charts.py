"""Charts of a cohort: figures and words in, drawings out. Every chart stands beside a table that says the same.

A chart never says anything by colour alone: bars keep the order of the grades, points have their share written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.drills.figures import GRADES, Item, Mastery
from channels.desk import typeface
from channels.desk.drawing import Anchor, Box, Dot, Drawing, Mark, Path, Words
from channels.desk.numbers import NONE, percent
from channels.desk.words import Say
from knowledge_base.model import Grade

Names = Callable[[str], str]
"""An id → what people call it."""

WIDTH = 760.0
_MARGIN = 8.0
_SMALL, _TEXT = 11.0, 12.0


class Bar(NamedTuple):
    """One line of bars: ``counts`` in the order of ``GRADES``."""

    name: str
    counts: tuple[int, int, int, int]


class Heat(NamedTuple):
    """One topic with its number of questions in each week."""

    name: str
    weeks: tuple[int, ...]


def mastery(found: Sequence[Mastery], names: Names, weeks: Sequence[str], say: Say) -> Drawing:
    """A small chart per competency: share held by week, the size of a dot by the number of decisions."""
    across, width, height, gap = 3, 240.0, 112.0, 12.0
    most = max((week.n for one in found for week in one.weeks), default=1)
    marks: list[Mark] = []
    for number, one in enumerate(found):
        left = _MARGIN + number % across * (width + gap)
        top = 4 + number // across * (height + gap)
        marks += _panel(one, names(one.competency), weeks, left, top, width, height, most)
    rows = -(-len(found) // across)
    description = say("cohort.mastery_none") if not found else say(
        "cohort.mastery_desc", count=len(found), weeks=len(weeks),
        low=names(found[0].competency), low_share=percent(found[0].share),
        high=names(found[-1].competency), high_share=percent(found[-1].share))
    return Drawing("mastery", WIDTH, max(1, rows) * (height + gap) + 4, say("cohort.mastery_title"), description, tuple(marks))


def grades(bars: Sequence[Bar], say: Say, name: str = "scenarios", title: str = "") -> Drawing:
    """A bar per line: its decisions by grade, as wide as there are decisions."""
    label, end, line, top = 300.0, 60.0, 26.0, 34.0
    most = max((sum(bar.counts) for bar in bars), default=0) or 1
    marks = _legend(say)
    for number, bar in enumerate(bars):
        y = top + number * line
        marks.append(Words(_MARGIN, y + 13, typeface.fit(bar.name, _TEXT, label - 2 * _MARGIN), _TEXT))
        x = label
        for grade, count in zip(GRADES, bar.counts, strict=True):
            width = count / most * (WIDTH - label - end)
            marks.append(Box(x, y, max(0.0, width - 1), 18, grade))
            x += width
        marks.append(Words(x + 5, y + 13, str(sum(bar.counts)), _SMALL, ink="quiet"))
    title = title or say("cohort.scenarios_title")
    return Drawing(name, WIDTH, top + len(bars) * line + 4, title, say("cohort.scenarios_desc", count=len(bars)), tuple(marks))


def options(items: Sequence[Item], names: Names, say: Say, title: str) -> Drawing:
    """A bar per scene with 100 % of its first decisions, by option; the letters are those of the tables."""
    label, end, line, top = 250.0, 120.0, 34.0, 38.0
    marks = _legend(say)
    room = WIDTH - label - end
    for number, item in enumerate(items):
        y = top + number * line
        marks.append(Words(_MARGIN, y + 15, typeface.fit(names(item.scene), _TEXT, label - 2 * _MARGIN), _TEXT))
        x = label
        for place, choice in enumerate(item.choices):
            width = choice.share * room
            if width > 0:
                marks.append(Box(x, y, max(0.5, width - 1), 16, choice.grade))
            if width > 14:
                marks.append(Words(x + width / 2, y + 27, letter(place), _SMALL, "middle", "quiet"))
            x += width
        text = say("cohort.item_short", share=percent(item.facility), n=item.n) if item.n else NONE
        marks.append(Words(label + room + 8, y + 13, text, _SMALL, ink="quiet"))
    description = say("cohort.options_desc", count=len(items))
    return Drawing("options", WIDTH, top + len(items) * line + 4, title, description, tuple(marks))


def heat(rows: Sequence[Heat], weeks: Sequence[str], say: Say) -> Drawing:
    """A field per topic and week: the more questions, the darker; the number stands in it."""
    label, line, top = 250.0, 24.0, 30.0
    cell = (WIDTH - label - _MARGIN) / max(1, len(weeks))
    most = max((n for row in rows for n in row.weeks), default=0) or 1
    marks: list[Mark] = []
    step = max(1, math.ceil(46 / cell))
    for number, week in enumerate(weeks):
        if number % step == 0:
            marks.append(Words(label + (number + 0.5) * cell, 18, week, _SMALL, "middle", "quiet"))
    for number, row in enumerate(rows):
        y = top + number * line
        marks.append(Words(_MARGIN, y + 15, typeface.fit(row.name, _TEXT, label - 2 * _MARGIN), _TEXT))
        for week_number, n in enumerate(row.weeks):
            if n:  # at most 30 % colour, so that the number stays readable in both schemes
                x = label + week_number * cell
                marks.append(Box(x, y, cell - 1, line - 2, "accent", 0.05 + 0.25 * n / most))
                marks.append(Words(x + cell / 2, y + 15, str(n), _SMALL, "middle"))
    return Drawing("asked", WIDTH, top + len(rows) * line + 6, say("asked.chart_title"),
                   say("asked.chart_desc", count=len(rows), weeks=len(weeks)), tuple(marks))


def letter(place: int) -> str:
    """0 → ``A``: what options are called in chart and table."""
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def grade_name(grade: Grade, say: Say) -> str:
    return say(f"cohort.grade_{grade}")


def _legend(say: Say) -> list[Mark]:
    marks: list[Mark] = []
    x = _MARGIN
    for grade in GRADES:
        name = grade_name(grade, say)
        marks += [Box(x, 6, 12, 12, grade), Words(x + 17, 16, name, _SMALL)]
        x += 17 + typeface.width(name, _SMALL) + 18
    return marks


def _panel(one: Mastery, name: str, weeks: Sequence[str], left: float, top: float, width: float, height: float,
           most: int) -> list[Mark]:
    inside_left, inside_right, upper, lower = left + 34, left + width - 40, top + 26, top + height - 18
    marks: list[Mark] = [Words(left, top + 14, typeface.fit(name, _TEXT, width - 14, bold=True), _TEXT, bold=True)]
    for share in (0.0, 0.5, 1.0):
        y = lower - share * (lower - upper)
        marks.append(Path(((inside_left, y), (inside_right, y))))
        marks.append(Words(inside_left - 5, y + 4, percent(share), 9, "end", "quiet"))
    step = (inside_right - inside_left) / max(1, len(weeks) - 1)
    points = [(inside_left + number * step, lower - week.share * (lower - upper), week)
              for number, week in enumerate(one.weeks) if week.share is not None]
    marks.append(Path(tuple((x, y) for x, y, _ in points), "accent", 2))
    marks += [Dot(x, y, 1.8 + 2.7 * math.sqrt(week.n / most), "accent") for x, y, week in points]
    if points:
        x, y, week = points[-1]
        marks.append(Words(x + 7, y + 4, percent(week.share), _SMALL, bold=True))
    ends: tuple[tuple[float, str, Anchor], ...] = ((inside_left, weeks[0], "start"), (inside_right, weeks[-1], "end"))
    marks += [Words(x, top + height - 4, text, 9, anchor, "quiet") for x, text, anchor in ends]
    return marks

