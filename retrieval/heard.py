"""A question in, everything the search needs to know about it out: language, repaired words, English, vector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from scipy.sparse import csr_matrix

from knowledge_base.model import Language
from retrieval.encode import Encoder, Vectors
from retrieval.errors import PivotDown
from retrieval.language import LanguageModel
from retrieval.pivot import Pivot
from retrieval.repair import Repair
from retrieval.terms import Terms
from retrieval.views import spelled

REMEMBERED = 32


@dataclass(frozen=True, eq=False)
class Heard:
    """What was understood. ``english`` is retrieval only; ``native`` and ``expanded`` are in ``language``."""

    text: str
    language: Language
    native: str
    expanded: str
    english: str
    vector: Vectors

    @property
    def lexical(self) -> str:
        """What BM25 reads in the question's own language: as typed, repaired, and standard terms."""
        parts = dict.fromkeys((self.native, self.text if self.text.lower() != self.native.lower() else "", self.expanded))
        return " ".join(part for part in parts if part)

    @cached_property
    def row(self) -> csr_matrix:
        """Letters and words as the small models look at them, see ``views.spelled``; shape (1, columns)."""
        return spelled([self.native], [self.language], [self.english])


@dataclass(frozen=True)
class Listener:
    """The parts that understand a question; ``pivot`` is ``None`` where no translator is installed."""

    encoder: Encoder
    pivot: Pivot | None
    languages: LanguageModel
    repairs: dict[Language, Repair]
    terms: Terms

    @cached_property
    def hear(self) -> Callable[[str, Language | None, Language | None], Heard]:
        """``hear(text, language, prior)``: ``language`` is taken as given; ``None`` detects it with ``prior`` as the profile's.

        The last few are remembered, because a turn looks at its message twice: for alarms and for the answer.
        """
        return lru_cache(maxsize=REMEMBERED)(self._hear)

    def _hear(self, text: str, language: Language | None, prior: Language | None) -> Heard:
        spoken = language or self.languages.detect(text, prior)
        repair = self.repairs[spoken]
        native = repair(text)
        # Field words are looked up as typed: repair would "correct" some of them first (zama zama → sama sama).
        expanded = " ".join(dict.fromkeys(f"{repair.expand(text)} {repair.expand(native)}".split()))
        english = self.to_english(f"{native}. {expanded}" if expanded else native, spoken)
        return Heard(text, spoken, native, expanded, english, self.encoder.encode([english])[0])

    def to_english(self, text: str, language: Language) -> str:
        """Rough English of ``text``, for searching only; the text itself where there is no translator."""
        if language is Language.EN or self.pivot is None or not self.encoder.english_only:
            return text
        try:
            return self.pivot.to_english(self.terms.replace(text.lower(), language), language)
        except PivotDown:
            return text


