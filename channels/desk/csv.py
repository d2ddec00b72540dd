"""Decisions as a table for a spreadsheet: rows of the store and names in, CSV text out. One line per decision.

Column names are for programs and never translated; titles and texts are in the language asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from bot.drills.model import Decision
from bot.model import ConversationId
from channels import spreadsheet
from channels.desk.naming import Naming
from channels.store.figures import Row

COLUMNS = ("learner", "run", "step", "at", "scenario", "scenario_title", "scene", "option", "option_text", "grade",
           "competency", "competency_title", "place", "took_s", "covered", "missed")


def header() -> str:
    """The mark and the column names."""
    return spreadsheet.MARK + spreadsheet.lines([COLUMNS])


def lines(rows: Iterable[Row], pseudonym: Callable[[ConversationId], str], naming: Naming) -> str:
    """One line per decision. ``at``: ISO 8601 in UTC; ``place``: where the option stood, from 1; ``covered`` and
    ``missed``: ids of key points after a free answer, whose words are not kept."""
    return spreadsheet.lines(_line(row, pseudonym, naming) for row in rows)


def _line(row: Row, pseudonym: Callable[[ConversationId], str], naming: Naming) -> tuple[object, ...]:
    free = Decision.model_validate_json(row.body) if row.option is None else None
    return (
        pseudonym(row.conversation), row.run, row.step, dt.datetime.fromtimestamp(row.at, dt.UTC).isoformat(timespec="seconds"),
        row.scenario, naming.scenario(row.scenario), row.scene, row.option,
        naming.option(row.scenario, row.scene, row.option) if row.option else None, row.grade, row.competency,
        naming.competency(row.competency) if row.competency else None, None if row.place is None else row.place + 1,
        None if row.took_s is None else round(row.took_s, 1), " ".join(free.covered) if free else None,
        " ".join(free.missed) if free else None,
    )
