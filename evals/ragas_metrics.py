"""The door to ragas: results in, its metrics that need no language model out. NaN is a failure, never a score."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

os.environ.setdefault("RAGAS_DO_NOT_TRACK", "true")

from ragas import SingleTurnSample
from ragas.metrics import IDBasedContextPrecision, IDBasedContextRecall, NonLLMContextRecall, NonLLMStringSimilarity, RougeScore

from evals.intervals import clustered
from evals.model import ANSWERABLE, Measure, Result
from knowledge_base.model import Content, Ref


class NotANumber(Exception):
    """A metric gave NaN; the message names metric and case. Look at the case: something is missing in it."""


def ragas_measures(results: Sequence[Result], content: Content) -> list[Measure]:
    """ID-based and word-based context metrics and ROUGE over the answerable cases that were answered."""
    part = [r for r in results if r.case.sort in ANSWERABLE and r.answer.sentences and r.case.accept]
    rows = []
    for name, metric in {
        "ragas IDBasedContextRecall": IDBasedContextRecall(),
        "ragas IDBasedContextPrecision": IDBasedContextPrecision(),
        "ragas NonLLMContextRecall": NonLLMContextRecall(),
        "ragas RougeScore": RougeScore(),
        "ragas NonLLMStringSimilarity": NonLLMStringSimilarity(),
    }.items():
        values = []
        for result in part:
            value = float(metric.single_turn_score(_sample(result, content)))
            if math.isnan(value):
                raise NotANumber(f"{name} is not a number for case {result.case.id}")
            values.append(value)
        found = clustered(values, [r.case.topic for r in part])
        if found.n:
            rows.append(Measure(name=name, group="all", value=found.value, low=found.low, high=found.high, n=found.n))
    return rows


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
