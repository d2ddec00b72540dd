"""The door to wordfreq: texts in one language in, all that repairing its typing errors needs to know out; once per index."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import wordfreq

from knowledge_base.model import Language
from knowledge_base.pinpoint import fold

TOKEN = re.compile(r"[^\W\d_]+")
KNOWN = 1.8  # Zipf frequency from which a general word counts as correctly spelt: rare words are words too (acequia)
COMMON = 5e-7  # share of a language from which a word may be meant by a damaged one; ours always may
_DOUBLE = re.compile(r"(.)\1+")


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words of one language; all but ``spelt`` and the values of ``by_…`` and ``accents`` are folded."""

    spelt: Sequence[str]
    """Words of our checked texts as they are written there."""
    by_fold: dict[str, list[str]]
    by_sound: dict[str, list[str]]
    accents: dict[str, str]
    """Rarer general words that have accents, by their letters without."""
    share: dict[str, float]
    """Of all words of the language, 0..1: half by general texts, half by ours."""
    often: Sequence[str]
    """Words that our texts and ways of asking use more than once."""
    after: dict[str, dict[str, float]]
    """How probable a word is after another one, where that was seen more than once."""

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")


def open_vocabulary(path: Path) -> Vocabulary:
    """Read what ``save`` wrote."""
    return Vocabulary(**json.loads(path.read_text(encoding="utf-8")))


def gather(language: Language, texts: Iterable[str], spoken: Iterable[str] = (), field: Iterable[str] = ()) -> Vocabulary:
    """``texts`` are checked texts, whose words are right; ``spoken`` ways of asking, which say what goes with what;
    ``field`` folded words of the field, which stand."""
    texts = tuple(texts)
    general = wordfreq.get_frequency_dict(language.value, wordlist="best")
    ours = {word for text in texts for token in TOKEN.findall(text) if len(word := token.lower()) > 1}
    common = {word for word, frequency in general.items() if frequency > 1e-6 and word.isalpha()}
    rare = (word for word, frequency in general.items() if 1e-6 >= frequency > 10 ** (KNOWN - 9) and not word.isascii())
    by_fold: dict[str, list[str]] = defaultdict(list)
    by_sound: dict[str, list[str]] = defaultdict(list)
    for word in sorted(ours | common):
        folded = fold(word)
        by_fold[folded].append(word)
        by_sound[sound(folded)].append(word)
    shares: dict[str, float] = defaultdict(float)
    for word, frequency in general.items():
        if frequency > 1e-7 and word.isalpha():
            shares[fold(word)] += frequency
    for word in sorted(ours):
        shares[fold(word)] += 1e-7
    for word in field:
        if word.isalpha():
            shares[word] += 2e-6
    counts, after = _pairs((TOKEN.findall(fold(text)) for text in (*texts, *spoken)), shares)
    total = sum(counts.values()) or 1
    often = {word for word, count in counts.items() if count > 1}
    share = {word: max(0.5 * value + 0.5 * counts[word] / total, 1e-9) for word, value in shares.items()}
    return Vocabulary(
        spelt=sorted(ours), by_fold=dict(by_fold), by_sound=dict(by_sound),
        accents={folded: word for word in rare if (folded := fold(word)) != word},
        share={word: value for word, value in share.items() if value >= COMMON or word in often},
        often=sorted(often), after=after,
    )


def zipf(word: str, language: Language) -> float:
    """How frequent ``word`` is in the language: log10 of its occurrences in a thousand million words, 0.0 for an unknown one."""
    return float(wordfreq.zipf_frequency(word, language.value))


def sound(folded: str) -> str:
    """What a folded word sounds like in Spanish and Portuguese: b/v, s/z/ç, h, y/ll, qu/k, double letters."""
    text = folded.replace("ll", "y").replace("lh", "l").replace("nh", "n").replace("ch", "x").replace("ph", "f")
    text = text.replace("qu", "k").replace("h", "")
    text = text.replace("ce", "se").replace("ci", "si").replace("c", "k").replace("v", "b").replace("z", "s")
    text = text.replace("w", "u").replace("ge", "je").replace("gi", "ji").replace("m", "n")
    return _DOUBLE.sub(r"\1", text)


def _pairs(texts: Iterable[Sequence[str]], known: dict[str, float]) -> tuple[Counter[str], dict[str, dict[str, float]]]:
    """How often each word occurs, and how probable it is after another one; what is not a word ends a pair."""
    counts: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for words in texts:
        row = [word if word in known else "" for word in words]
        counts.update(row)
        pairs.update(pair for pair in zip(["", *row], row, strict=False) if pair[1])
    del counts[""]
    before: Counter[str] = Counter()
    for (left, _), count in pairs.items():
        before[left] += count
    after: dict[str, dict[str, float]] = defaultdict(dict)
    for (left, right), count in pairs.items():
        if count > 1:
            after[left][right] = count / (before[left] + 5)
    return counts, dict(after)
