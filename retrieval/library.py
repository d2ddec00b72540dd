"""An index directory in, everything needed to answer out: content, passages, searches, models. Opening reads, never builds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge_base.model import Content, Language, Value
from retrieval.card_model import load_cards
from retrieval.cues import CueCounter
from retrieval.dense import Dense, Exact, open_chroma
from retrieval.encode import Encoder, OnnxEncoder
from retrieval.errors import IndexBroken, IndexMissing
from retrieval.gate import Gate
from retrieval.heard import Listener
from retrieval.kinds_file import load_kinds
from retrieval.language import LanguageModel
from retrieval.lexical import open_lexical
from retrieval.manifest import Manifest, current, read_manifest
from retrieval.model import Passage
from retrieval.named import NamedPlaces
from retrieval.pivot import Pivot, open_pivot
from retrieval.places import Places
from retrieval.rank import Ranker, load_ranker
from retrieval.repair import Repair
from retrieval.requests import Requests
from retrieval.safety import FirstLook
from retrieval.search import Stock
from retrieval.terms import Terms
from retrieval.threads import one_thread
from retrieval.vocabulary import Vocabulary, open_vocabulary


class Store(Value):
    """Content and passages as written beside the vectors."""

    content: Content
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Library:
    """All parts of an opened index; safe to use from several threads."""

    content: Content
    stock: Stock
    listener: Listener
    first_look: FirstLook
    requests: Requests
    gate: Gate
    ranker: Ranker
    places: Places
    named: NamedPlaces
    manifest: Manifest
    exact: bool
    """Whether Chroma failed its self-test and exact search stands in; ``/healthz`` says so."""

    @property
    def translated(self) -> bool:
        """Whether es and pt questions reach English through the translator."""
        return self.listener.pivot is not None

    def close(self) -> None:
        self.stock.close()
        if self.listener.pivot is not None:
            self.listener.pivot.close()


def open_encoder(models: Path, name: str | None) -> Encoder:
    """The packaged MiniLM from ``models``, or the sentence-transformers model ``name``."""
    if name:
        from retrieval.torch_encode import SentenceTransformersEncoder  # torch only when asked for: 5 s, 600 MB

        return SentenceTransformersEncoder(name)
    return OnnxEncoder(models / "minilm")


def open_library(
    index: Path, models: Path, embedding_model: str | None = None, chroma_server: str | None = None
) -> Library:
    """Open the index that the pointer under ``index`` names. Raises ``IndexMissing`` or ``IndexBroken``."""
    one_thread()
    folder = current(index)
    if folder is None:
        raise IndexMissing(f"no index under {index}; run make index")
    manifest = read_manifest(folder)
    encoder = open_encoder(models, embedding_model)
    if encoder.name != manifest.encoder:
        raise IndexBroken(f"the index was built with {manifest.encoder}, not {encoder.name}; run make index")
    return assemble(folder, manifest, encoder, open_pivot(), chroma_server)


def assemble(
    folder: Path, manifest: Manifest, encoder: Encoder, pivot: Pivot | None, chroma_server: str | None = None,
    repair: dict[Language, Repair] | None = None,
) -> Library:
    """The library of one index directory with the given encoder and translator; ``repair``: its ``repairs``, if at hand."""
    store = Store.model_validate_json((folder / "store.json").read_bytes())
    content, passages = store.content, store.passages
    vectors = np.load(folder / "vectors.npy")
    dense, exact = _dense(folder, manifest, vectors, chroma_server)
    size = len(passages)
    stock = Stock(
        passages=passages,
        dense=dense,
        english=open_lexical(Language.EN, folder / "bm25-english", size),
        native={language: open_lexical(language, folder / f"bm25-{language}", size) for language in Language},
        card_words=open_lexical(Language.EN, folder / "bm25-cards", max(1, len(content.cards))),
        alarm_only=frozenset(t.card for t in (*content.triggers.harmful, *content.triggers.personal_data)),
        card_model=load_cards(folder),
    )
    arrays = np.load(folder / "models.npz")
    listener = Listener(
        encoder=encoder,
        pivot=pivot,
        languages=LanguageModel(arrays["language_weights"], arrays["language_bias"]),
        repairs=repair or repairs(content, {language: open_vocabulary(words_of(folder, language)) for language in Language}),
        terms=Terms(content.pivot_terms),
    )
    return Library(
        content=content,
        stock=stock,
        listener=listener,
        first_look=FirstLook(content, load_kinds(folder, "alarm")),
        requests=Requests(load_kinds(folder, "request"), CueCounter(content.cues)),
        gate=manifest.gate,
        ranker=load_ranker(),
        places=Places(content),
        named=NamedPlaces(content),
        manifest=manifest,
        exact=exact,
    )


def _dense(folder: Path, manifest: Manifest, vectors: np.ndarray, server: str | None) -> tuple[Dense, bool]:
    try:
        numbers = np.load(folder / "numbers.npy")
        return open_chroma(vectors, manifest.collection, folder / "chroma", server, numbers=numbers), False
    except IndexBroken:
        return Exact(vectors), True


def repairs(content: Content, vocabularies: Mapping[Language, Vocabulary]) -> dict[Language, Repair]:
    """One repairer per language."""
    return {
        language: Repair(language, vocabulary, getattr(content.glossary, language.value))
        for language, vocabulary in vocabularies.items()
    }


def words_of(folder: Path, language: Language) -> Path:
    """Where an index keeps the vocabulary of ``language``."""
    return folder / f"words-{language}.json"
