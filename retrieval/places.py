"""A question in, whose law it is about out: countries we know, countries we do not, or neither named.

A bare name says little: a buyer may be Chinese, gold may go to Bolivia. So another country counts only where the question is
about being there ("in Chile") or about its law or police ("ley de Chile"), and nothing says "here".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from knowledge_base.model import Content, Country, Language
from knowledge_base.pinpoint import fold

SHORTEST = 3
_INSIDE = r"(?<!\w)(?:in|inside|across|en|em|no|na|nos|nas)\s+(?:the\s+|el\s+|la\s+|los\s+|o\s+|a\s+|os\s+)?"
_LAW = re.compile(
    r"(?<!\w)(?:laws?|legal|legally|code|constitution|decree|police|courts?|rules|ley(?:es)?|legal(?:es)?|legislacion|codigo|"
    r"constitucion|decreto|normas?|policia|jueces|leis?|legais|legislacao|constituicao|tribuna(?:l|is))(?!\w)"
)
_HERE = re.compile(r"(?<!\w)(?:here|our mine|aqui|aca|ca|nossa mina|nuestra mina)(?!\w)")


_APPLIES = re.compile(
    r"(?<!\w)(?:appl(?:y|ies)|bound by|valid|covers? (?:me|us)|(?:let|allow)s? (?:me|us)|used? here|work here|"
    r"aplica\w*|rige|vale|valen|me cubre|nos cubre|me sirve|me permite|nos permite|me ampara|sirve aca|"
    r"serve|servem|aplica-se|valem|abrange|cobre|deixa-me|deixa-nos|permite-me|posso usar|funciona\w*)(?!\w)"
)


class Whose(NamedTuple):
    """Countries named in a question; ``foreign`` says that the law of a country we do not know is meant.

    ``across`` says that it is asked whether the law of one country holds in the other.
    """

    own: tuple[Country, ...]
    foreign: bool
    across: bool = False


class Places:
    """Names and demonyms from ``limits.yaml``, whole folded words; immutable."""

    def __init__(self, content: Content) -> None:
        limits = content.limits
        names = _either(name for language in Language for name in limits.other_countries.in_(language))
        self._named = re.compile(names) if names else None
        self._inside = re.compile(_INSIDE + names) if names else None
        self._own = {
            country: re.compile(own)
            for country, phrasings in limits.own_countries.items()
            if (own := _either(name for language in Language for name in phrasings.in_(language)))
        }

    def whose(self, text: str, home: Country | None = None) -> Whose:
        """``home`` is the country of the person who asks."""
        folded = fold(text)
        own = tuple(c for c, pattern in self._own.items() if pattern.search(folded))
        elsewhere = len(own) > 1 or (home is not None and own != () and home not in own)
        return Whose(own, self._foreign(folded), elsewhere and bool(_APPLIES.search(folded)))

    def _foreign(self, folded: str) -> bool:
        if self._named is None or self._inside is None or _HERE.search(folded) or not self._named.search(folded):
            return False
        return bool(self._inside.search(folded) or _LAW.search(folded))


def _either(names: Iterable[str]) -> str:
    words = sorted({fold(name) for name in names if len(fold(name)) >= SHORTEST}, key=len, reverse=True)
    return r"(?<!\w)(?:" + "|".join(re.escape(word) for word in words) + r")(?!\w)" if words else ""
