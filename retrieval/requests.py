"""What was heard in, whether it is a question we may answer out: one probability per kind of request."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.cues import CueCounter
from retrieval.heard import Heard
from retrieval.kinds import KindModel

ANSWERABLE = "answerable"


@dataclass(frozen=True)
class Requests:
    """Without a model (too little content to learn from) everything looks answerable."""

    model: KindModel | None
    cues: CueCounter

    def probabilities(self, heard: Heard) -> dict[str, float]:
        """Probability per kind; they sum to 1."""
        if self.model is None:
            return {ANSWERABLE: 1.0}
        return self.model.judge(heard, self.cues.counts(heard.text, heard.language)).probabilities
