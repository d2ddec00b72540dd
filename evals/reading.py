"""A text in, how long and how easy to read it is out: characters, words, and reading ease, 0 (hard) to 100 (easy) and beyond.

Reading ease is Flesch's figure with the weights each language needs: Flesch (1948) for English, Fernández Huerta (1959) for
Spanish, Martins, Ghiraldelo, Nunes and Oliveira (1996) for Portuguese. The three are not on one scale: compare a language
with itself. Syllables are counted by vowels. ``textstat`` knows no Portuguese and fetches its English words from the net.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from evals.intervals import clustered
from evals.model import Measure, Result, Unit
from knowledge_base.model import Language
from knowledge_base.pinpoint import fold

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
END = re.compile(r"[.!?:;…]+(?=\s|$)|\n+")
_SILENT = re.compile(r"(?<=[qg])[uü](?=[eiéíêã])")
_VOWELS = re.compile(r"[aeiouyáéíóúüâêôãõàäëïö]+")
_STRONG = "aeoáéóâêôãõàíú"
_NASAL = re.compile(r"ã[oe]|õe")
_ENGLISH = re.compile(r"[aeiouy]+")


class Ease(NamedTuple):
    """``base`` less ``sentence`` times words per sentence less ``word`` times syllables per word."""

    base: float
    sentence: float
    word: float


EASE = {
    Language.EN: Ease(206.835, 1.015, 84.6),
    Language.ES: Ease(206.84, 1.02, 60.0),
    Language.PT: Ease(248.835, 1.015, 84.6),
}
NAMES = {
    Language.EN: "reading ease (Flesch)", Language.ES: "reading ease (Fernández Huerta)",
    Language.PT: "reading ease (Flesch, Martins)",
}


def words(text: str) -> list[str]:
    return WORD.findall(text)


def sentences(text: str) -> int:
    """How many; a line, a colon and a semicolon end one too: they end a thought. Pieces without words do not count."""
    return sum(bool(WORD.search(piece)) for piece in END.split(text))


def syllables(word: str, language: Language) -> int:
    """At least one. English: groups of vowels without a silent e. Spanish, Portuguese: strong vowels side by side part."""
    if language is Language.EN:
        plain = fold(word)
        count = len(_ENGLISH.findall(plain))
        silent = re.search(r"[^aeiouyl]e$|[^aeiouy]les?$|[^aeiouytd]ed$|[^aeiouyscxz]es$", plain)
        count -= bool(silent) and not re.search(r"[^aeiouy]les?$", plain)
        return max(1, count)
    plain = _SILENT.sub("", word.lower())
    if language is Language.PT:
        plain = _NASAL.sub("ã", plain)
    count = 0
    for group in _VOWELS.findall(plain):
        strong = sum(vowel in _STRONG for vowel in group)
        count += max(1, strong)
    return max(1, count)


def ease(text: str, language: Language) -> float:
    """Reading ease of a text with at least one word; raises ``ValueError`` without any."""
    found = words(text)
    if not found:
        raise ValueError("a text without words has no reading ease")
    weights = EASE[language]
    per_word = sum(syllables(word, language) for word in found) / len(found)
    return weights.base - weights.sentence * len(found) / sentences(text) - weights.word * per_word


def reading_measures(results: Sequence[Result]) -> list[Measure]:
    """Length and reading ease of what was answered, per language of the answer; lengths also over all."""
    said = [r for r in results if words(r.answer.text)]
    rows = []
    for language in ("all", *Language):
        part = [r for r in said if language in ("all", r.answer.language)]
        figures: list[tuple[str, Unit, list[float]]] = [
            ("characters per answer", "characters", [float(len(r.answer.text)) for r in part]),
            ("words per answer", "words", [float(len(words(r.answer.text))) for r in part]),
        ]
        if isinstance(language, Language):
            figures.append((NAMES[language], "points", [ease(r.answer.text, language) for r in part]))
        for name, unit, values in figures:
            found = clustered(values, [r.case.topic for r in part])
            if found.n:
                rows.append(
                    Measure(
                        name=name, group=str(language), value=found.value, low=found.low, high=found.high, n=found.n, unit=unit,
                        at_least=unit == "points",
                    )
                )
    return rows
