"""Field words a general translator does not know in, the English our digests use out; retrieval only, never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping

from knowledge_base.model import Language


class Terms:
    """Longest match first, whole words, lower case; words are passed through the translator unchanged in English."""

    def __init__(self, lexicon: Mapping[Language, Mapping[str, str]]) -> None:
        self._english = {language: dict(words) for language, words in lexicon.items()}
        self._found = {
            language: re.compile(
                r"(?<!\w)(" + "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) + r")(?!\w)"
            )
            for language, words in self._english.items()
            if words
        }

    def replace(self, text: str, language: Language) -> str:
        """``text`` (lower case) with known field words in English."""
        pattern = self._found.get(language)
        if pattern is None:
            return text
        words = self._english[language]
        return pattern.sub(lambda match: words[match.group()], text)
