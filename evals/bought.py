"""The door to LangChain's ready-made retrieval: our passages in, its ensemble and bare vector store as ways to compare out."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import Chroma

from evals.model import Case
from evals.ways import Way, sources
from retrieval.encode import Encoder, Vectors
from retrieval.heard import Heard
from retrieval.library import Library

DEEP = 100


class Remembered:
    """LangChain's embedding interface over our encoder; passages have their vectors already."""

    def __init__(self, encoder: Encoder, known: dict[str, list[float]]) -> None:
        self._encoder, self._known = encoder, known

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self._known[text] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [float(x) for x in self._encoder.encode([text])[0]]


def bought_ways(library: Library, vectors: Vectors, day: dt.date, folder: Path) -> list[Way]:
    """Everything as LangChain sets it up (Okapi BM25 split at spaces, HNSW, ranks fused half and half), on the English passages.

    Asked as typed, as a tutorial does it, and with our repair and rough English, so that only the ranking differs.
    ``folder`` (empty) takes the vector store.
    """
    stock = library.stock
    texts, known, metadata = [], {}, []
    for position, passage in enumerate(stock.passages):
        text = f"{passage.english}\u200b{position}"  # the ensemble takes equal texts for one document
        texts.append(text)
        known[text] = vectors[position].tolist()
        metadata.append({"position": position})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # langchain-community says that each of its classes has moved
        words: Any = BM25Retriever.from_texts([p.english for p in stock.passages], metadata, preprocess_func=_split, k=DEEP)
        words.docs = [doc.model_copy(update={"page_content": text}) for doc, text in zip(words.docs, texts, strict=True)]
        store: Any = Chroma.from_texts(
            texts, Remembered(library.listener.encoder, known), metadata,  # type: ignore[arg-type]
            persist_directory=str(folder),
        )
    near: Any = store.as_retriever(search_kwargs={"k": DEEP})
    ensemble: Any = EnsembleRetriever(retrievers=[words, near], weights=[0.5, 0.5])

    def rank(retriever: Any, spoken: Callable[[Case, Heard], str]) -> Callable[[Case, Heard], list[str]]:
        return lambda case, heard: sources(
            library, stock, [doc.metadata["position"] for doc in retriever.invoke(spoken(case, heard))], case, day
        )

    def typed(case: Case, heard: Heard) -> str:
        return case.question

    def english(case: Case, heard: Heard) -> str:
        return heard.english

    return [
        Way("bare Chroma, as typed", rank(near, typed), heard=False),
        Way("bare Chroma, rough English", rank(near, english)),
        Way("LangChain EnsembleRetriever, as typed", rank(ensemble, typed), heard=False),
        Way("LangChain EnsembleRetriever, rough English", rank(ensemble, english)),
    ]


def _split(text: str) -> list[str]:
    return text.lower().split()
