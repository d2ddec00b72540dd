"""The door to LangChain: our ranker as one ``BaseRetriever``, so that any chain can use it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from knowledge_base.model import Country, Language
from retrieval.library import Library
from retrieval.rank import provisions
from retrieval.search import search


class ProvisionRetriever(BaseRetriever):
    """Documents are provisions: ``page_content`` the digest in ``language``, metadata instrument, pinpoint, label, score."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    library: Any
    language: Language = Language.EN
    country: Country | None = None
    as_of: dt.date
    most: int = 6

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        library: Library = self.library
        heard = library.listener.hear(query, None, self.language)
        found = search(heard, library.stock, self.country, self.as_of)
        documents = []
        for ref, score in provisions(found, library.content, self.country, None, self.as_of, library.ranker, self.most):
            instrument, provision = library.content.place(ref)
            documents.append(
                Document(
                    page_content=provision.words.in_(self.language),
                    metadata={
                        "instrument": instrument.id,
                        "pinpoint": provision.pinpoint,
                        "label": f"{instrument.short.in_(self.language)}, {provision.label.in_(self.language)}",
                        "score": score,
                    },
                )
            )
        return documents
