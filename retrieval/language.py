"""A short noisy text in, its language out, by a small character n-gram model trained on our own content.

Trained at index build with accents dropped and typos added, so that three words typed at night are enough; the
language of the profile is the prior and decides when the text does not (findings/retrieval.md, section 7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from knowledge_base.model import Language
from knowledge_base.pinpoint import fold
from retrieval.hashed import HashedRuns

ORDER = tuple(Language)
WIDTH = 2**15
CLEAR = 0.75
VERY_CLEAR = 0.99  # one word ("ok", "a", "gracias") rarely tells the language
TELLING = 3  # letters from which a text may speak against the profile: "ok", "no" and "si" are said everywhere
SHORT = 90  # characters: what people type is short, so all short texts are learned from
_HASH = HashedRuns("char_wb", 1, 4, WIDTH)


class LanguageModel:
    """Logistic regression over hashed character 1-4-grams; ``weights`` (3, WIDTH) and ``bias`` (3,)."""

    def __init__(self, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self.weights = weights
        self.bias = bias

    def probabilities(self, text: str) -> dict[Language, float]:
        """One probability per language; they sum to 1."""
        row = _HASH([text.lower()])
        scores = self.weights[:, row.indices] @ row.data + self.bias
        powers = np.exp(scores - scores.max())
        return {language: float(p) for language, p in zip(ORDER, powers / powers.sum(), strict=True)}

    def detect(self, text: str, prior: Language | None = None) -> Language:
        """The language of ``text``; ``prior`` wins unless another one is clearly more probable, and in one or two letters."""
        if prior is not None and sum(letter.isalpha() for letter in text) < TELLING:
            return prior
        found = self.probabilities(text)
        best = max(found, key=lambda language: found[language])
        if prior is None or best is prior:
            return best
        return best if found[best] >= (CLEAR if len(text.split()) > 1 else VERY_CLEAR) else prior


def train(texts: Mapping[Language, Sequence[str]], random: Random, most: int = 3500) -> LanguageModel:
    """Fit on up to ``most`` texts per language, each also shortened, without accents and with typos."""
    examples: list[str] = []
    labels: list[int] = []
    for number, language in enumerate(ORDER):
        chosen = sorted(set(texts[language]), key=lambda text: (len(text) > SHORT, text))
        short = sum(len(text) <= SHORT for text in chosen)
        rest = chosen[short:]
        random.shuffle(rest)
        chosen = chosen[:short] + rest
        for text in chosen[:most]:
            for variant in _variants(text.lower(), random):
                examples.append(variant)
                labels.append(number)
    model = LogisticRegression(max_iter=250, C=15.0, tol=1e-3)
    model.fit(_HASH(examples), labels)
    return LanguageModel(model.coef_.astype(np.float32), model.intercept_.astype(np.float32))


def _variants(text: str, random: Random) -> list[str]:
    words = text.split()
    start = random.randrange(max(1, len(words) - 3))
    return [text, fold(text), " ".join(words[start : start + random.randint(2, 4)]), _typo(fold(text), random)]


def _typo(text: str, random: Random) -> str:
    letters = list(text)
    for _ in range(max(1, len(letters) // 12)):
        at = random.randrange(len(letters))
        kind = random.randrange(3)
        if kind == 0:
            del letters[at]
        elif kind == 1:
            letters.insert(at, random.choice("aeiorsnt"))
        else:
            letters[at] = random.choice("aeiorsnt")
        if not letters:
            return text
    return "".join(letters)
