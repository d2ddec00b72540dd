"""The certificate of practice: what one learner practised in, a PDF of one page out.

There is no name in it: we keep none. The trainer knows who it is and writes the name by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from channels.desk.naming import Naming
from channels.desk.pages import day
from channels.desk.printed import INK, MARGIN, QUIET, Pages
from channels.desk.words import saying
from channels.store.figures import Practised

_ROWS = 12
"""Competencies that fit: the most practised ones."""


class Record(NamedTuple):
    """What one learner did. ``first`` and ``last``: seconds since 1970; ``runs``: drills finished."""

    code: str
    runs: int
    decisions: int
    first: float
    last: float
    competencies: Sequence[Practised]


def certificate(cohort: str, trainer: str, record: Record, naming: Naming, now: dt.datetime) -> bytes:
    """``cohort`` and ``trainer`` are names to print."""
    say = saying(naming.language)
    page = Pages(say("export.certificate_title"), naming.language, now, landscape=True)
    page.set_auto_page_break(False)
    page.add_page()
    page.set_draw_color(*INK)
    page.set_line_width(0.8)
    page.rect(9, 9, page.w - 18, page.h - 18)
    page.set_y(22)
    page.words(say("export.certificate_title"), 28, align="C", bold=True)
    page.ln(13)
    _line(page, page.w / 2 - 75, page.get_y(), 150, say("export.certificate_name"))
    page.set_y(page.get_y() + 9)
    page.words(say("export.certificate_text", cohort=cohort, code=record.code), 12, align="C")
    page.words(say("export.certificate_span", first=day(record.first), last=day(record.last), runs=record.runs,
                   decisions=record.decisions), 12, align="C")
    page.ln(2)
    _competencies(page, record, naming)
    page.set_y(page.h - 46)
    page.words(say("export.certificate_means"), 9, quiet=True, align="C")
    third = (page.w - 2 * MARGIN - 24) / 3
    for number, text in enumerate((say("export.certificate_place"), say("export.certificate_trainer", trainer=trainer),
                                   say("export.certificate_signature"))):
        _line(page, MARGIN + number * (third + 12), page.h - 24, third, text)
    return page.bytes()


def _competencies(page: Pages, record: Record, naming: Naming) -> None:
    """In two columns, so that it stays one page."""
    say = saying(naming.language)
    shown = record.competencies[:_ROWS]
    page.words(say("export.certificate_competencies"), 11, align="C", bold=True)
    top, half = page.get_y(), (page.w - 2 * MARGIN - 16) / 2
    for number, one in enumerate(shown):
        page.set_xy(MARGIN + (number % 2) * (half + 16), top + number // 2 * 7)
        page.set_font(size=10)
        page.set_text_color(*INK)
        page.cell(half * 0.62, 6, page.fitting(naming.competency(one.competency), half * 0.6))
        page.set_text_color(*QUIET)
        page.cell(half * 0.38, 6, f"{one.n} · {day(one.at)}", align="R")
    page.set_y(top + -(-len(shown) // 2) * 7 + 1)
    page.words(f"{say('cohort.decisions')} · {say('export.certificate_last')}", 8, quiet=True, align="C")


def _line(page: Pages, x: float, y: float, width: float, text: str) -> None:
    """A line to write on, with what belongs there under it."""
    page.set_line_width(0.3)
    page.line(x, y, x + width, y)
    page.set_xy(x, y + 1)
    page.set_font(page.font_family, "", 9)
    page.set_text_color(*QUIET)
    page.cell(width, 5, page.fitting(text, width), align="C")
