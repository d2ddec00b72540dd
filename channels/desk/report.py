"""The report on a cohort: its figures and words in, a PDF to print out. Totals only; nobody's code is in it."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from channels.desk import charts, drawing, numbers
from channels.desk.naming import Naming
from channels.desk.overview import Overview, Questions, bars
from channels.desk.pages import day
from channels.desk.printed import MARGIN, Pages
from channels.desk.words import saying
from channels.store.cohorts import Cohort

_TALLEST = 225.0
"""Millimetres a chart may take on a page."""


class Told(NamedTuple):
    """For whom and when the report is made."""

    trainer: str
    now: dt.datetime


def report(cohort: Cohort, found: Overview, asked: Questions, naming: Naming, told: Told) -> bytes:
    """Page by page: totals, mastery, scenarios, critical fails, what was asked."""
    say = saying(naming.language)
    pages = Pages(f"{say('export.report_title')}: {cohort.name}", naming.language, told.now,
                  foot=say("export.report_page", cohort=cohort.name))
    pages.add_page()
    pages.words(say("export.report_title"), 10, quiet=True)
    pages.words(cohort.name, 20, bold=True)
    last = found.span.until - 1
    pages.words(say("export.report_of", first=day(found.span.since), last=day(min(last, told.now.timestamp()))), 11)
    pages.words(say("export.report_made", day=day(told.now.timestamp()), trainer=told.trainer), 9, quiet=True)
    _totals(pages, found, naming)
    pages.words(say("export.report_method"), 8.5, quiet=True)
    if found.mastery:
        _chart(pages, charts.mastery(found.mastery, naming.competency, found.span.weeks, say))
        pages.rows((say("cohort.competency"), say("cohort.decisions"), say("cohort.held")),
                   [(naming.competency(one.competency), str(one.n), numbers.percent(one.share)) for one in found.mastery],
                   (90, 40, 44))
    if found.scenarios:
        _chart(pages, charts.grades(bars(found.scenarios, naming), say))
        pages.rows(
            (say("cohort.scenario"), say("cohort.runs"), say("cohort.learners"), say("cohort.decisions"), say("cohort.held"),
             say("cohort.time_median")),
            [(naming.scenario(one.scenario), str(one.runs), str(one.learners), str(one.n),
              numbers.percent((one.good + one.acceptable) / one.n if one.n else None), _median(found, one.scenario))
             for one in found.scenarios], (64, 20, 26, 22, 22, 28))
    if found.critical:
        pages.heading(say("cohort.critical"))
        pages.rows(
            (say("cohort.option"), say("cohort.times"), say("cohort.learners")),
            [(f"{naming.option(one.scenario, one.scene, one.option)} ({naming.scenario(one.scenario)})", str(one.n),
              str(one.learners)) for one in found.critical], (126, 22, 26))
    pages.heading(say("export.report_asked"))
    pages.words(say("export.report_asked_counts", answered=asked.answered, refused=asked.refused))
    if asked.topics:
        pages.rows((say("asked.topic"), say("asked.answered")),
                   [(row.name, str(sum(row.weeks))) for row in asked.topics], (120, 54))
    return pages.bytes()


def _totals(pages: Pages, found: Overview, naming: Naming) -> None:
    say, totals = saying(naming.language), found.totals
    time = found.times.get("")
    spread = say("cohort.time_spread", median=numbers.duration(time.median), low=numbers.duration(time.q1),
                 high=numbers.duration(time.q3)) if time else numbers.NONE
    pages.ln(2)
    pages.rows(("", say("export.count")), (
        (say("cohort.learners"), say("cohort.learners_active", active=totals.learners, count=len(found.learners))),
        (say("cohort.decisions"), str(totals.decisions)),
        (say("cohort.held"), numbers.percent(totals.held / totals.graded if totals.graded else None)),
        (say("cohort.critical"), str(totals.critical)), (say("cohort.time"), spread),
        (say("cohort.practice"), say("cohort.idle_count", idle=len(found.idle), count=len(found.learners))),
    ), (60, 114), 9)


def _chart(pages: Pages, chart: drawing.Drawing) -> None:
    """A heading and the chart under it, on one page; made smaller where it would not fit on one."""
    width = pages.epw
    height = chart.height * width / chart.width
    if height > _TALLEST:
        width *= _TALLEST / height
        height = _TALLEST
    pages.heading(chart.title, follows=height)
    top = pages.get_y()
    drawing.place(pages, chart, MARGIN, top, width)
    pages.set_y(top + height + 3)


def _median(found: Overview, scenario: str) -> str:
    time = found.times.get(scenario)
    return numbers.duration(time.median if time else None)
