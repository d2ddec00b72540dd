"""Decisions as a table for a spreadsheet: rows of the store and names in, CSV text out. One line per decision.

Column names are for programs and never translated; titles and texts are in the language asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

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


@dataclass
class Lines:
    """Makes lines for one file. ``_learners`` and ``_names`` grow while it works: 50,000 decisions are made by few people
    about few options, and looking each up anew took twice as long."""

    pseudonym: Callable[[ConversationId], str]
    naming: Naming
    _learners: dict[ConversationId, str] = field(default_factory=dict)
    _names: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, rows: Iterable[Row]) -> str:
        """One line per decision. ``at``: ISO 8601 in UTC; ``place``: where the option stood, from 1; ``covered`` and
        ``missed``: ids of key points after a free answer, whose words are not kept."""
        return spreadsheet.cells(self._line(row) for row in rows)

    def _line(self, row: Row) -> tuple[str | int | float, ...]:
        learner = self._learners.get(row.conversation)
        if learner is None:
            learner = self._learners[row.conversation] = spreadsheet.cell(self.pseudonym(row.conversation))
        what = (row.scenario, row.scene, row.option, row.grade, row.competency, row.place)
        names = self._names.get(what)
        if names is None:
            names = self._names[what] = self._named(row)
        free = Decision.model_validate_json(row.body) if row.option is None else None
        return (
            learner, spreadsheet.cell(row.run), row.step, dt.datetime.fromtimestamp(row.at, dt.UTC).isoformat(timespec="seconds"),
            *names, "" if row.took_s is None else round(row.took_s, 1),
            spreadsheet.cell(" ".join(free.covered)) if free else "", spreadsheet.cell(" ".join(free.missed)) if free else "",
        )

    def _named(self, row: Row) -> tuple[str, ...]:
        """The cells from ``scenario`` to ``place``."""
        naming = self.naming
        return tuple(spreadsheet.cell(value) for value in (
            row.scenario, naming.scenario(row.scenario), row.scene, row.option,
            naming.option(row.scenario, row.scene, row.option) if row.option else None, row.grade, row.competency,
            naming.competency(row.competency) if row.competency else None, None if row.place is None else row.place + 1))
