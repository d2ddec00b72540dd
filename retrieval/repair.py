"""A question as typed in, the same question with accents, typos and field words repaired out.

Every token that is not a word is mapped to the nearest one of (our content + a general word list): same letters without
accents first, then same sound, then one or two edits. Missing accents alone cost 10 points of recall, 40 % typos 31
(findings/retrieval.md, section 2.4). The original is kept beside the repaired text, never overwritten.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

import wordfreq
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import extract_iter

from knowledge_base.model import GlossaryEntry, Language
from knowledge_base.pinpoint import fold

_DOUBLE = re.compile(r"(.)\1+")
_TOKEN = re.compile(r"[^\W\d_]+")
KNOWN = 1.8  # Zipf frequency from which a general word counts as correctly spelt: rare words are words too (acequia)
CLEARLY = 0.7  # an accented form replaces what was typed when it is this much (log10) more frequent


def sound(folded: str) -> str:
    """What a folded word sounds like in Spanish and Portuguese: b/v, s/z/ç, h, y/ll, qu/k, double letters."""
    text = folded.replace("ll", "y").replace("lh", "l").replace("nh", "n").replace("ch", "x").replace("ph", "f")
    text = text.replace("qu", "k").replace("h", "")
    text = text.replace("ce", "se").replace("ci", "si").replace("c", "k").replace("v", "b").replace("z", "s")
    text = text.replace("w", "u").replace("ge", "je").replace("gi", "ji").replace("m", "n")
    return _DOUBLE.sub(r"\1", text)


class Repair:
    """Repairs questions in one language; immutable after construction, safe in threads."""

    def __init__(self, language: Language, texts: Iterable[str], glossary: Iterable[GlossaryEntry]) -> None:
        glossary = tuple(glossary)
        self.language = language
        self._general: dict[str, float] = dict(wordfreq.get_frequency_dict(language.value, wordlist="best"))
        ours = Counter(token.lower() for text in texts for token in _TOKEN.findall(text))
        self._ours = {word for word in ours if len(word) > 1}
        self._by_fold: dict[str, list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        self._near: dict[tuple[str, int], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        common = {word for word, frequency in self._general.items() if frequency > 1e-6 and word.isalpha()}
        for word in sorted(self._ours | common):
            folded = fold(word)
            self._by_fold[folded].append(word)
            self._by_sound[sound(folded)].append(word)
            words, bare = self._near[folded[:1], len(folded)]
            words.append(word)
            bare.append(folded)
        self._glossary = {fold(entry.word): entry.to for entry in glossary}
        field = [fold(entry.word) for entry in glossary if entry.kind in ("slang", "term")]
        self._phrases = _whole_words(sorted(field, key=len, reverse=True))
        spelt = {fold(entry.word): entry.to for entry in glossary if entry.kind in ("abbreviation", "misspelling")}
        self._spelt = {word: to for word, to in spelt.items() if word != fold(to)}
        self._short = _whole_words(sorted(self._spelt, key=len, reverse=True))
        self._word = lru_cache(maxsize=8192)(self._repair_word)

    def __call__(self, text: str) -> str:
        """``text`` with short forms written out and each unknown word repaired; the rest stays as typed."""
        return _TOKEN.sub(lambda match: self._word(match.group()), self._written_out(text))

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

    def _score(self, word: str) -> float:
        return float(wordfreq.zipf_frequency(word, self.language.value)) + (1.5 if word in self._ours else 0.0)

    def _known(self, word: str) -> bool:
        return word in self._ours or wordfreq.zipf_frequency(word, self.language.value) >= KNOWN

    def _repair_word(self, typed: str) -> str:
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
        if self._known(word) or len(word) < 4:
            return typed
        alike = self._by_sound.get(sound(folded), [])
        if alike:
            return max(alike, key=self._score)
        return self._nearest(folded) or typed

    def _nearest(self, folded: str) -> str | None:
        allowed = 2 if len(folded) >= 7 else 1
        best: tuple[float, str] | None = None
        for length in range(len(folded) - allowed, len(folded) + allowed + 1):
            words, bare = self._near.get((folded[:1], length), ((), ()))
            scorer = DamerauLevenshtein.distance
            for _, distance, place in extract_iter(folded, bare, scorer=scorer, processor=None, score_cutoff=allowed):
                word = words[place]
                if distance == 1 or word in self._ours:
                    score = self._score(word) - 3.0 * distance
                    if best is None or score > best[0]:
                        best = (score, word)
        return best[1] if best else None


def _whole_words(words: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile(r"(?<!\w)(" + "|".join(re.escape(word) for word in words) + r")(?!\w)") if words else None
