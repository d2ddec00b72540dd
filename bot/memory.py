"""What a turn remembers: the profile, the open drill, the last answer, what to repeat. Loaded before, stored after a turn."""

from __future__ import annotations

from dataclasses import dataclass

from bot.drills.model import Run
from bot.drills.spacing import Item
from bot.model import Profile
from retrieval.model import Answer


@dataclass(frozen=True)
class Memory:
    """``drill``: the open run; ``items``: one per competency practised, with its next date.

    The worker may keep ``items`` or make them again from all decisions of the person: ``spacing.schedule((), decisions)``.
    """

    profile: Profile
    drill: Run | None = None
    last_answer: Answer | None = None
    items: tuple[Item, ...] = ()
