"""The door to ragas: results in, its metrics out, without a language model and, if one is configured, with it.

NaN is a failure, never a score. Only tune cases are shown to a model.
"""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

os.environ.setdefault("RAGAS_DO_NOT_TRACK", "true")

import httpx
from langchain_openai import ChatOpenAI
from pydantic import SecretStr
from ragas import SingleTurnSample
from ragas.embeddings.base import BaseRagasEmbedding
from ragas.llms import LangchainLLMWrapper
from ragas.metrics import (
    FactualCorrectness,
    Faithfulness,
    IDBasedContextPrecision,
    IDBasedContextRecall,
    NonLLMContextRecall,
    NonLLMStringSimilarity,
    ResponseRelevancy,
    RougeScore,
    SemanticSimilarity,
)
from ragas.run_config import RunConfig

from evals.intervals import clustered
from evals.model import ANSWERABLE, Measure, Result
from knowledge_base.model import Content, Language, Ref
from retrieval.heard import Listener

JUDGED = 30
LONGEST = 1500  # tokens a model may write at a time
PATIENCE = 120.0  # seconds a model may take for one metric of one case


class NotANumber(Exception):
    """A metric gave NaN; the message names metric and case. Look at the case: something is missing in it."""


class ModelUseless(Exception):
    """The model's output could not be used; the message names metric, case and reason. Configure a stronger model."""


class ChatModel(NamedTuple):
    """An OpenAI-compatible server: ``url`` ends in ``/v1``; ``carrier`` carries the requests (``None``: plain HTTP)."""

    url: str
    name: str
    key: str
    carrier: httpx.AsyncBaseTransport | None = None


class LocalEmbedding(BaseRagasEmbedding):  # type: ignore[misc]
    """Our own encoder over the rough English of ``language``; each text is encoded once."""

    def __init__(self, listener: Listener, language: Language) -> None:
        super().__init__()
        self._listener, self._language = listener, language
        self._known: dict[str, list[float]] = {}

    def embed_text(self, text: str, **_: Any) -> list[float]:
        if text not in self._known:
            english = self._listener.to_english(text, self._language)
            self._known[text] = [float(x) for x in self._listener.encoder.encode([english])[0]]
        return self._known[text]

    async def aembed_text(self, text: str, **_: Any) -> list[float]:
        return self.embed_text(text)

    def embed_query(self, text: str) -> list[float]:
        return self.embed_text(text)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_text(text) for text in texts]


def ragas_measures(results: Sequence[Result], content: Content, listener: Listener) -> list[Measure]:
    """ID-based, word-based and meaning-based metrics over the answerable cases that were answered."""
    part = _judgeable(results)
    near = {language: SemanticSimilarity(embeddings=LocalEmbedding(listener, language)) for language in Language}
    metrics: dict[str, Callable[[Language], Any]] = {
        "ragas IDBasedContextRecall": _always(IDBasedContextRecall()),
        "ragas IDBasedContextPrecision": _always(IDBasedContextPrecision()),
        "ragas NonLLMContextRecall": _always(NonLLMContextRecall()),
        "ragas RougeScore": _always(RougeScore()),
        "ragas NonLLMStringSimilarity": _always(NonLLMStringSimilarity()),
        "ragas SemanticSimilarity": lambda language: near[language],
    }
    rows = []
    for name, metric in metrics.items():
        values = [
            checked(float(metric(r.answer.language).single_turn_score(_sample(r, content))), name, r.case.id) for r in part
        ]
        rows += _measure(name, values, part)
    return rows


def judged_measures(
    results: Sequence[Result], content: Content, listener: Listener, model: ChatModel, most: int = JUDGED
) -> list[Measure]:
    """Faithfulness, relevancy and factual correctness of ``most`` tune cases, judged by ``model``.

    Raises ``ModelUseless`` when the model does not give what a metric needs, ``NotANumber`` when a metric gives NaN.
    """
    part = [r for r in _judgeable(results) if r.case.split == "tune"][:most]
    return asyncio.run(_judge(part, content, listener, model))


async def _judge(part: Sequence[Result], content: Content, listener: Listener, model: ChatModel) -> list[Measure]:
    rows = []
    async with httpx.AsyncClient(transport=model.carrier, timeout=PATIENCE) as carrier:
        chat = ChatOpenAI(
            base_url=model.url, model=model.name, api_key=SecretStr(model.key or "none"), http_async_client=carrier,
            max_retries=1, max_completion_tokens=LONGEST,
        )
        llm = LangchainLLMWrapper(chat, run_config=RunConfig(timeout=int(PATIENCE), max_retries=1))
        near = {
            language: ResponseRelevancy(llm=llm, embeddings=LocalEmbedding(listener, language), strictness=1)
            for language in Language
        }
        metrics: dict[str, Callable[[Language], Any]] = {
            "ragas Faithfulness": _always(Faithfulness(llm=llm)),
            "ragas ResponseRelevancy": lambda language: near[language],
            "ragas FactualCorrectness": _always(FactualCorrectness(llm=llm)),
        }
        for name, metric in metrics.items():
            values = [await _asked(name, metric(r.answer.language).single_turn_ascore(_sample(r, content)), r) for r in part]
            rows += _measure(name, values, part)
    return rows


async def _asked(name: str, score: Awaitable[float], result: Result) -> float:
    try:
        value = float(await score)
    except Exception as error:  # ragas, instructor, openai and pydantic each have their own
        raise ModelUseless(f"{name}, case {result.case.id}: {type(error).__name__}: {error}"[:300]) from error
    return checked(value, name, result.case.id)


def checked(value: float, name: str, case: str) -> float:
    """``value`` unless it is NaN: then ``NotANumber``."""
    if math.isnan(value):
        raise NotANumber(f"{name} is not a number for case {case}")
    return value


def _judgeable(results: Sequence[Result]) -> list[Result]:
    return [r for r in results if r.case.sort in ANSWERABLE and r.answer.sentences and r.case.accept]


def _always(metric: Any) -> Callable[[Language], Any]:
    return lambda language: metric


def _measure(name: str, values: Sequence[float], part: Sequence[Result]) -> list[Measure]:
    found = clustered(values, [r.case.topic for r in part])
    return [Measure(name=name, group="all", value=found.value, low=found.low, high=found.high, n=found.n)] if found.n else []


def _sample(result: Result, content: Content) -> SingleTurnSample:
    language = result.answer.language

    def words(ref: str) -> str:
        return content.place(Ref(ref))[1].words.in_(language)

    return SingleTurnSample(
        user_input=result.case.question,
        response=result.answer.text,
        reference=" ".join(words(ref) for ref in result.case.accept),
        retrieved_contexts=[words(ref) for ref in result.found[:5]],
        reference_contexts=[words(ref) for ref in result.case.accept],
        retrieved_context_ids=list(result.found[:5]),
        reference_context_ids=list(result.case.accept),
    )
