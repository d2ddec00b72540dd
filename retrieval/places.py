"""A question in, whose law it is about out: countries we know, countries we do not, or neither named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from knowledge_base.model import Content, Country, Language
from knowledge_base.pinpoint import fold


class Whose(NamedTuple):
    """Countries named in a question; ``foreign`` is a country whose law is not known."""

    own: tuple[Country, ...]
    foreign: bool


class Places:
    """Names and demonyms from ``limits.yaml``, whole folded words; immutable."""

    def __init__(self, content: Content) -> None:
        limits = content.limits
        self._foreign = _pattern(name for language in Language for name in limits.other_countries.in_(language))
        self._own = {
            country: _pattern(name for language in Language for name in phrasings.in_(language))
            for country, phrasings in limits.own_countries.items()
        }

    def whose(self, text: str) -> Whose:
        folded = fold(text)
        own = tuple(c for c, pattern in self._own.items() if pattern is not None and pattern.search(folded))
        return Whose(own, bool(self._foreign is not None and self._foreign.search(folded)))


def _pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    words = sorted({fold(name) for name in names}, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in words) + r")(?!\w)") if words else None
