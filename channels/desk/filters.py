"""The filters of the review queue: an address in, what is wanted and which time span out, and back into an address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from knowledge_base.model import Language
from retrieval.model import AnswerKind

WEEK = dt.timedelta(days=7)
SHOW = ("open", "mine", "all")
KEPT = ("show", "cohort", "kind", "language", "week", "page", "lang")
"""What goes along from the queue to an answer and back."""


class Span(NamedTuple):
    """Seconds since 1970; ``until`` is not part of it."""

    since: float
    until: float


class Wanted(NamedTuple):
    """The filters as given; an empty one shows all."""

    show: str
    cohort: str
    kind: str
    language: str
    week: str


def wanted(given: Mapping[str, str], now: dt.datetime) -> tuple[Wanted, Span]:
    """What an address asks for; a value that is not offered is as good as none."""
    kinds, languages = {kind.value for kind in AnswerKind}, {language.value for language in Language}
    found = Wanted(
        show=given.get("show", "") if given.get("show") in SHOW else SHOW[0], cohort=given.get("cohort", ""),
        kind=given.get("kind", "") if given.get("kind") in kinds else "",
        language=given.get("language", "") if given.get("language") in languages else "", week=given.get("week", ""),
    )
    return found, span_of(found.week, now)


def span_of(week: str, now: dt.datetime) -> Span:
    """``2026-W48``: that week, Monday to Sunday in UTC; anything else: the last four weeks."""
    try:
        monday = dt.datetime.strptime(f"{week}-1", "%G-W%V-%u").replace(tzinfo=dt.UTC)
    except ValueError:
        return Span((now - 4 * WEEK).timestamp(), now.timestamp() + 1)
    return Span(monday.timestamp(), (monday + WEEK).timestamp())


def along(given: Mapping[str, str], **more: str) -> str:
    """The filters of this address for another one, and ``more``: ``?show=all&week=2026-W48``, or nothing."""
    kept = {name: given[name] for name in KEPT if given.get(name)} | more
    return f"?{urlencode(kept)}" if kept else ""
