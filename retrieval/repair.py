"""A question as typed in, the same question with accents, typos and field words repaired out.

Every token that is not a word is mapped to one of (our content + a general word list): the same letters with accents, or
the likeliest, by the words around, of those that sound or are spelt nearly so. Missing accents alone cost 10 points of
recall, 40 % typos 31 (findings/retrieval.md, section 2.4). The original is kept beside the repaired text, never overwritten.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from knowledge_base.model import GlossaryEntry, Language
from knowledge_base.pinpoint import fold
from retrieval.spelling import EDIT, Speller
from retrieval.vocabulary import KNOWN, TOKEN, Vocabulary, sound, zipf

OFTEN = 4.0  # in a question full of slips, rarer words that our texts do not use may be slips too (abso, iman)
FULL = 0.15  # share of damaged words from which a question is full of slips
LEFT = 14.0  # what leaving a damaged word as typed costs in nats, beside words that were perhaps meant
CLEARLY = 0.7  # an accented form replaces what was typed when it is this much (log10) more frequent


class Repair:
    """Repairs questions in one language; immutable after construction, safe in threads."""

    def __init__(self, language: Language, vocabulary: Vocabulary, glossary: Iterable[GlossaryEntry]) -> None:
        glossary = tuple(glossary)
        self.language = language
        self._ours = frozenset(vocabulary.spelt)
        self._by_fold, self._by_sound, self._accents = vocabulary.by_fold, vocabulary.by_sound, vocabulary.accents
        self._speller = Speller(vocabulary)
        self._glossary = {fold(entry.word): entry.to for entry in glossary}
        field = [fold(entry.word) for entry in glossary if entry.kind in ("slang", "term")]
        self._phrases = _whole_words(sorted(field, key=len, reverse=True))
        spelt = {fold(entry.word): entry.to for entry in glossary if entry.kind in ("abbreviation", "misspelling")}
        self._spelt = {word: to for word, to in spelt.items() if word != fold(to)}
        self._short = _whole_words(sorted(self._spelt, key=len, reverse=True))
        self._word = lru_cache(maxsize=8192)(self._repair_word)

    def __call__(self, text: str) -> str:
        """``text`` with short forms written out and each unknown word repaired; the rest stays as typed."""
        text = self._written_out(text)
        typed = TOKEN.findall(text)
        repaired = [self._word(word) or (word if i and _a_name(word, text) else None) for i, word in enumerate(typed)]
        if None in repaired:
            repaired = self._by_neighbours(typed, repaired)
        words = iter(repaired)
        return TOKEN.sub(lambda match: next(words) or match.group(), text)

    def _by_neighbours(self, typed: Sequence[str], repaired: Sequence[str | None]) -> list[str | None]:
        """``repaired`` with its gaps closed by the words that were most likely meant."""
        folded = [fold(word) for word in typed]
        damaged = sum(word is None for word in repaired)
        full = damaged > 1 and damaged >= FULL * sum(len(word) > 2 for word in typed)
        unsure = [
            LEFT if word is None else 0.0 if full and self._doubtful(bare) else None
            for word, bare in zip(repaired, folded, strict=True)
        ]
        stand = [bare if word is None else fold(word) for word, bare in zip(repaired, folded, strict=True)]
        alike = [
            sorted({fold(other) for other in self._by_sound.get(sound(bare), [])}) if word is None and len(bare) > 3 else ()
            for word, bare in zip(repaired, folded, strict=True)
        ]
        meant = self._speller.meant(stand, unsure, alike, math.inf if full else EDIT)
        return [
            word if new == old else max(self._by_fold.get(new, [new]), key=self._score)
            for word, old, new in zip(repaired, stand, meant, strict=True)
        ]

    def _doubtful(self, folded: str) -> bool:
        if len(folded) < 3 or folded in self._glossary or self._speller.knows(folded):
            return False
        return max(map(self._frequency, self._by_fold.get(folded, [folded]))) < OFTEN

    def _written_out(self, text: str) -> str:
        """*q* → *que*, *pa* → *para*: left as they are, the translator reads them as names."""
        if self._short is None:
            return text
        folded = fold(text)
        if len(folded) != len(text):  # folding changed the length (a ligature, say): positions would not fit
            return text
        out, at = [], 0
        for match in self._short.finditer(folded):
            out += [text[at : match.start()], self._spelt[match.group()]]
            at = match.end()
        return "".join([*out, text[at:]])

    def expand(self, text: str) -> str:
        """The standard terms behind field words of ``text``, joined by blanks; empty when there are none."""
        if self._phrases is None:
            return ""
        folded = fold(text)
        found = dict.fromkeys(self._glossary[match] for match in self._phrases.findall(folded))
        return " ".join(found)

    def _frequency(self, word: str) -> float:
        return zipf(word, self.language)

    def _score(self, word: str) -> float:
        return self._frequency(word) + (1.5 if word in self._ours else 0.0)

    def _known(self, word: str) -> bool:
        return word in self._ours or self._frequency(word) >= KNOWN

    def _repair_word(self, typed: str) -> str | None:
        """The word alone, as it stands or with its accents; ``None`` when it is damaged."""
        word = typed.lower()
        if len(word) < 3 or fold(word) in self._glossary:
            return typed
        folded = fold(word)
        same = self._by_fold.get(folded, [])
        if same:
            best = max(same, key=self._score)
            if word in same and best[:-1] == word[:-1] and self._known(word):
                return typed  # entrego / entregó, esta / está: two good words that only grammar can tell apart
            if word not in same or (best != word and self._score(best) > self._score(word) + CLEARLY):
                return best
            return typed
        return typed if self._known(word) else self._accents.get(folded)


def _a_name(word: str, text: str) -> bool:
    """Whether a capital inside a text of small letters says that this is a name or a short form (Pataz, IBAMA)."""
    return word[:1].isupper() and sum(letter.isupper() for letter in text) <= 0.3 * len(text)


def _whole_words(words: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile(r"(?<!\w)(" + "|".join(re.escape(word) for word in words) + r")(?!\w)") if words else None
