"""A damaged word with its neighbours in, what was most likely meant out: letters weighed against the words around.

Noisy channel (Kernighan, Church and Gale 1990): every word within one to three changes of what was typed competes; a
change costs, a common word and a usual pair of words gain, and the best whole question wins (Viterbi). Pairs are counted
in our own texts and ways of asking.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import extract

from retrieval.vocabulary import Vocabulary

SLIP, EDIT, FIRST = 2.6, 4.2, 0.7
"""What it costs in nats: a slip (next key, another vowel, a letter doubled, dropped or swapped), other changes, a wrong first."""
SOUND = 2.0  # what writing a word by its sound costs
FINALISTS = 24  # words whose changes are looked at letter by letter
MOST = 12  # words that compete for one place
PAIR = 0.6  # how much of the expectation comes from pairs
_DOUBLE = re.compile(r"(.)\1+")
_BITS = np.array([bin(i).count("1") for i in range(1 << 13)], dtype=np.uint8)

Candidates = tuple[tuple[str, float], ...]
"""Words that may have been meant with their costs in nats."""


class Speller:
    """Knows the words of one language without accents; immutable, safe in threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._share, self._after = vocabulary.share, vocabulary.after
        self._often = frozenset(vocabulary.often)
        self._by_length: dict[int, tuple[list[str], NDArray[np.uint32]]] = {}
        for length, same in _by_length(sorted(self._share)).items():
            self._by_length[length] = same, _letters(same)
        self._near = lru_cache(maxsize=4096)(self._find)

    def meant(
        self, words: Sequence[str], unsure: Sequence[float | None], alike: Sequence[Sequence[str]], dearest: float = math.inf
    ) -> list[str]:
        """``words`` (folded, in order) with each unsure one replaced by the most likely; the others stand.

        ``unsure``: ``None`` for a word that stands, else what leaving it as typed costs in nats; ``alike``: words that sound
        like it. No other change may cost more than ``dearest``, half as much again for a word of our own texts.
        """
        best: dict[str, tuple[float, tuple[str, ...]]] = {"": (0.0, ())}
        for word, left_alone, sounding in zip(words, unsure, alike, strict=True):
            choices: Candidates = ((word, 0.0),)
            if left_alone is not None:
                near = self._near(word)
                choices = tuple((w, cost) for w, cost in near if cost <= dearest * (1.5 if w in self._often else 1.0))
                choices = (*choices, *((w, SOUND) for w in sounding), (word, left_alone))
            step: dict[str, tuple[float, tuple[str, ...]]] = {}
            for candidate, cost in choices:
                price, path = min(
                    (before - math.log(self._chance(left, candidate)) + cost, path) for left, (before, path) in best.items()
                )
                if candidate not in step or price < step[candidate][0]:
                    step[candidate] = price, (*path, candidate)
            best = step
        return list(min(best.values())[1])

    def _chance(self, left: str, right: str) -> float:
        alone = self._share.get(right, 1e-9)
        pairs = self._after.get(left)
        return (1 - PAIR) * alone + PAIR * pairs.get(right, 0.0) if pairs else alone

    def _find(self, typed: str) -> Candidates:
        allowed = 1 if len(typed) < 5 else 2 if len(typed) < 11 else 3
        found = {
            word: SLIP * distance - math.log(self._share[word])
            for spelt in {typed, _DOUBLE.sub(r"\1", typed)}
            for word, distance in self._within(spelt, allowed)
            if word != typed
        }
        finalists = sorted(found, key=lambda word: (found[word], word))[:FINALISTS]
        priced = [(word, changes(typed, word)) for word in finalists]
        priced.sort(key=lambda pair: pair[1] - math.log(self._share[pair[0]]))
        return tuple(priced[:MOST])

    def _within(self, spelt: str, allowed: int) -> Iterator[tuple[str, int]]:
        """Words at most ``allowed`` changes away, with their distance."""
        (letters,) = _letters([spelt])
        for length in range(len(spelt) - allowed, len(spelt) + allowed + 1):
            if length not in self._by_length:
                continue
            words, signs = self._by_length[length]
            differ = signs ^ letters
            near = [words[i] for i in np.flatnonzero(_BITS[differ & 0x1FFF] + _BITS[differ >> 13] <= 2 * allowed)]
            scorer = DamerauLevenshtein.distance
            for word, distance, _ in extract(
                spelt, near, scorer=scorer, processor=None, score_cutoff=allowed, limit=None
            ):
                yield word, int(distance)

    def knows(self, word: str) -> bool:
        """Whether our own texts use the folded ``word`` more than once."""
        return word in self._often


def changes(typed: str, meant: str) -> float:
    """What it costs in nats that ``meant`` was typed as ``typed``: the cheapest way, slips cheaper than other changes."""
    wide = len(meant) + 1
    older: list[float] = []
    before = [i * SLIP for i in range(wide)]
    for row, letter in enumerate(typed, 1):
        now = [row * EDIT]
        for column in range(1, wide):
            wanted = meant[column - 1]
            same = letter == wanted
            slip = SLIP if wanted in _KEYS.get(letter, "") or (letter in "aeiou" and wanted in "aeiou") else EDIT
            again = SLIP if row > 1 and typed[row - 2] == letter else EDIT
            price = min(before[column - 1] + (0.0 if same else slip), before[column] + again, now[column - 1] + SLIP)
            if row > 1 and column > 1 and letter == meant[column - 2] and typed[row - 2] == wanted:
                price = min(price, older[column - 2] + SLIP)
            now.append(price)
        older, before = before, now
    return before[-1] + (FIRST if typed[:1] != meant[:1] else 0.0)


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS = {
    letter: "".join(
        other
        for y, keys in enumerate(_ROWS)
        for x, other in enumerate(keys)
        if other != letter and abs(y - row) <= 1 and abs((x + 0.4 * y) - (column + 0.4 * row)) <= 1.0
    )
    for row, line in enumerate(_ROWS)
    for column, letter in enumerate(line)
}


def _by_length(words: Iterable[str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for word in words:
        found[len(word)].append(word)
    return found


def _letters(words: Sequence[str]) -> NDArray[np.uint32]:
    """Which letters occur in each of ``words``, all of one length: one bit each, all but a–z share the last one."""
    codes = np.array(words).view(np.uint32).reshape(len(words), -1).astype(np.int64) - ord("a")
    bits = np.left_shift(1, np.where((codes < 0) | (codes > 25), 25, codes))
    return np.asarray(np.bitwise_or.reduce(bits, axis=1), dtype=np.uint32)
