"""A message in, counts of small telling words out (now, if, yesterday, how do I, my boss told me …), as numbers."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from knowledge_base.model import Cues, Language, Phrasings
from knowledge_base.pinpoint import fold

NAMES = ("now", "hypothetical", "past", "asking", "training", "ordered", "help_with")
WIDTH = len(NAMES) + 3


class CueCounter:
    """Counts per sort of cue (at most 2 each), exclamation marks (at most 3), a question mark, and length."""

    def __init__(self, cues: Cues) -> None:
        self._patterns = {
            (name, language): _pattern(getattr(cues, name), language) for name in NAMES for language in Language
        }

    def counts(self, text: str, language: Language) -> NDArray[np.float32]:
        """Shape (WIDTH,)."""
        folded = " ".join(re.sub(r"[^\w' ]+", " ", fold(text)).split())
        found = [min(2, len(self._patterns[name, language].findall(folded))) for name in NAMES]
        shape = [min(3, text.count("!")), float("?" in text or "¿" in text), float(np.log1p(len(folded.split())))]
        return np.array([*found, *shape], dtype=np.float32)


@lru_cache(maxsize=256)
def _pattern(phrasings: Phrasings, language: Language) -> re.Pattern[str]:
    words = sorted({fold(word) for word in phrasings.in_(language)}, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in words) + r")(?!\w)" if words else r"(?!)")
