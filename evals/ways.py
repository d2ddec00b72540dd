"""An opened library in, every way of ranking provisions that is compared out: from plain BM25 to the whole of ours.

A way gets a question (country and role known), what was heard of it, and gives provisions, best first. Every way leaves out
passages and provisions of another country. Passages become provisions in the order of their own sources, unless a re-ranker
is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from evals.model import Case
from knowledge_base.model import Language, Ref
from retrieval.dense import Exact
from retrieval.encode import Vectors
from retrieval.heard import Heard
from retrieval.lexical import build_lexical
from retrieval.library import Library
from retrieval.model import Passage, PassageId
from retrieval.passages import card_words
from retrieval.repair import Repair
from retrieval.search import Found, Stock, search

DEPTH = 200
RRF = 60
Ranked = Callable[[Case, Heard], list[str]]
Positions = NDArray[np.int64]


class Way(NamedTuple):
    """``rank`` for ways that are done with one list; ``find`` for those whose candidates a learned re-ranker orders."""

    name: str
    rank: Ranked | None = None
    find: Callable[[Case, Heard], Found] | None = None
    heard: bool = True
    """Whether it needs the question heard (repair, rough English, vector) or takes it as typed."""
    repaired: bool = True


class AsTyped(Repair):
    """Changes no word; standard terms are still looked up by the real one."""

    def __init__(self, real: Repair) -> None:
        self._real = real

    def __call__(self, text: str) -> str:
        return text

    def expand(self, text: str) -> str:
        return self._real.expand(text)


def ways(library: Library, vectors: Vectors, day: dt.date) -> list[Way]:
    """All ways of our own parts; ``vectors`` (n, d) are those of ``library.stock.passages``."""
    stock = library.stock

    def found(case: Case, heard: Heard, over: Stock = stock) -> Found:
        return search(heard, over, case.country, day)

    def dense(case: Case, heard: Heard) -> Positions:
        return stock.dense.nearest(heard.vector, DEPTH)[0]

    def english(case: Case, heard: Heard) -> Positions:
        return best(stock.english.scores(heard.english))

    def native(case: Case, heard: Heard) -> Positions:
        return best(stock.native[heard.language].scores(heard.lexical))

    def listed(positions: Callable[[Case, Heard], Positions]) -> Ranked:
        return lambda case, heard: sources(library, stock, positions(case, heard), case, day)

    def hybrid(over: Stock) -> Ranked:
        return lambda case, heard: sources(library, over, found(case, heard, over).order, case, day)

    def bare(over: Stock) -> Callable[[Case, Heard], Found]:
        return lambda case, heard: found(case, heard, over)

    bare_law = kept(stock, vectors, ("provision",))
    statements = kept(stock, vectors, ("provision", "statement"))
    whole_cards = cards_as_passages(library, vectors)
    letters = character_ngrams(stock)
    return [
        Way("BM25, question's language", listed(native)),
        Way("BM25, rough English", listed(english)),
        Way("dense (MiniLM on rough English)", listed(dense)),
        Way("character 3-5-grams (TF-IDF)", lambda c, h: sources(library, stock, letters(h), c, day)),
        Way("hybrid by RRF (dense, English BM25)", listed(lambda c, h: fused([dense(c, h), english(c, h)]))),
        Way("hybrid by RRF (and native BM25)", listed(lambda c, h: fused([dense(c, h), english(c, h), native(c, h)]))),
        Way("hybrid weighted, laws only", hybrid(bare_law)),
        Way("hybrid weighted, laws and statements", hybrid(statements)),
        Way("hybrid weighted, laws and whole cards", hybrid(whole_cards)),
        Way("hybrid weighted, all with phrasings", hybrid(stock)),
        Way("ours without learned re-ranking", lambda c, h: by_cards(found(c, h), library, c, day)),
        Way("ours without card model", find=bare(replace(stock, card_model=None))),
        Way("ours without phrasings as passages", find=bare(statements)),
        Way("ours without repair", find=found, repaired=False),
        Way("ours", find=found),
    ]


def best(scores: NDArray[np.float32]) -> Positions:
    """Positions of the ``DEPTH`` highest scores above 0, best first."""
    top = np.argsort(-scores, kind="stable")[:DEPTH]
    return top[scores[top] > 0].astype(np.int64)


def fused(lists: Sequence[Positions]) -> Positions:
    """Reciprocal rank fusion with the usual constant."""
    scores: dict[int, float] = {}
    for positions in lists:
        for rank, position in enumerate(positions.tolist(), 1):
            scores[position] = scores.get(position, 0.0) + 1 / (RRF + rank)
    return np.array(sorted(scores, key=lambda position: (-scores[position], position)), dtype=np.int64)


def sources(
    library: Library, stock: Stock, positions: Iterable[int], case: Case, day: dt.date, most: int = 20
) -> list[str]:
    """Provisions of the passages that hold for the asker, each once, in order."""
    usable = stock.usable(case.country, day)
    found: dict[str, None] = {}
    for position in positions:
        if usable[position]:
            refs = map(str, stock.passages[position].refs)
            found.update(dict.fromkeys(ref for ref in refs if _holds(ref, library, case, day)))
        if len(found) >= most:
            break
    return list(found)[:most]


def by_cards(found: Found, library: Library, case: Case, day: dt.date, most: int = 20) -> list[str]:
    """Cards as ours ranks them, their sources in the order of their statements."""
    order: dict[str, None] = {}
    for card, _ in found.cards(case.role):
        for statement in library.content.cards[card].statements:
            countries = statement.countries or library.content.cards[card].countries
            if not case.country or not countries or case.country in countries:
                order.update(dict.fromkeys(ref for ref in map(str, statement.sources) if _holds(ref, library, case, day)))
    return list(order)[:most]


def _holds(ref: str, library: Library, case: Case, day: dt.date) -> bool:
    instrument, provision = library.content.place(Ref(ref))
    return provision.in_force.holds_on(day) and (not case.country or instrument.country in (None, case.country))


def kept(stock: Stock, vectors: Vectors, kinds: Sequence[str]) -> Stock:
    """The stock of the passages of these kinds only."""
    chosen = [i for i, p in enumerate(stock.passages) if p.kind in kinds]
    return stock_of([stock.passages[i] for i in chosen], vectors[chosen], stock)


def cards_as_passages(library: Library, vectors: Vectors) -> Stock:
    """Provisions, and each card as one passage instead of its statements and phrasings."""
    stock = library.stock
    laws = [i for i, p in enumerate(stock.passages) if p.kind == "provision"]
    cards = []
    for card_id in stock.cards:
        card = library.content.cards[card_id]
        texts = {language: " ".join(s.text.in_(language) for s in card.statements) for language in Language}
        cards.append(
            Passage(
                id=PassageId(f"{card_id}!"), kind="statement", english=texts[Language.EN], native=texts, card=card_id,
                refs=tuple(dict.fromkeys(ref for s in card.statements for ref in s.sources)), countries=card.countries,
                roles=card.roles,
            )
        )
    meaning = library.listener.encoder.encode([p.english for p in cards])
    return stock_of([*(stock.passages[i] for i in laws), *cards], np.concatenate([vectors[laws], meaning]), stock)


def stock_of(passages: Sequence[Passage], vectors: Vectors, like: Stock) -> Stock:
    """Search structures over other passages; ``vectors`` (n, d) are theirs. Card model and alarm cards as in ``like``."""
    return Stock(
        passages=tuple(passages), dense=Exact(vectors), english=build_lexical(Language.EN, [p.english for p in passages]),
        native={lang: build_lexical(lang, [p.native.get(lang, "") for p in passages]) for lang in Language},
        card_words=build_lexical(Language.EN, card_words(passages) or [""]), alarm_only=like.alarm_only,
        card_model=like.card_model,
    )


def character_ngrams(stock: Stock) -> Callable[[Heard], Positions]:
    """TF-IDF over groups of 3 to 5 letters of the texts in the question's language, as typed."""
    indexes = {}
    for language in Language:
        held = [i for i, p in enumerate(stock.passages) if language in p.native]
        model = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), strip_accents="unicode", sublinear_tf=True, dtype=np.float32
        )
        indexes[language] = model, model.fit_transform(stock.passages[i].native[language] for i in held), np.array(held)

    def find(heard: Heard) -> Positions:
        model, matrix, held = indexes[heard.language]
        scores = (matrix @ model.transform([heard.text]).T).toarray().ravel()
        return np.asarray(held[best(scores)], dtype=np.int64)

    return find
