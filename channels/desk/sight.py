"""Whose answers a trainer may see: a trainer in, their cohorts out; leads and admins see everybody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from channels.store import cohorts
from channels.store.database import Connection
from channels.store.trainers import DeskRole, Trainer


class Sight(NamedTuple):
    """``everyone``: also people without a cohort; ``names``: id → name of the cohorts that are seen."""

    everyone: bool
    names: Mapping[str, str]

    def only(self, cohort: str) -> Sequence[str] | None:
        """The cohorts a question is limited to when ``cohort`` was chosen (empty = none chosen); ``None``: no limit.

        A cohort that is not seen gives nothing, as one that does not exist.
        """
        if cohort:
            return [cohort] if cohort in self.names else []
        return None if self.everyone else list(self.names)

    def reaches(self, cohort: str | None) -> bool:
        """Whether an answer given to somebody in this cohort is seen."""
        return self.everyone or cohort in self.names


def sight(connection: Connection, trainer: Trainer) -> Sight:
    """Read anew for every page: who is taken out of a cohort sees nothing of it from then on."""
    names = {cohort.id: cohort.name for cohort in cohorts.seen_by(connection, trainer)}
    return Sight(trainer.is_at_least(DeskRole.LEAD), names)
