"""Free words and key points in, which points were touched out: by their words, each stemmed and folded."""

from __future__ import annotations

from collections.abc import Sequence

from bot.drills.model import Said
from knowledge_base.model import KeyPoint, Language
from retrieval.words import terms


def compare(text: str, points: Sequence[KeyPoint], language: Language) -> Said:
    """A point is covered when all terms of one of its word groups stand in ``text``, in any order."""
    said = set(terms(text, language))
    covered = tuple(p for p in points if any(_stands(group, said, language) for group in p.words.in_(language)))
    return Said(covered=covered, missed=tuple(p for p in points if p not in covered))


def _stands(group: str, said: set[str], language: Language) -> bool:
    wanted = terms(group, language)
    return bool(wanted) and all(any(word == w or (len(w) > 3 and word.startswith(w)) for word in said) for w in wanted)
