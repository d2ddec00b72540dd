"""The machine in, ratios measured in one run out: our answer and its parts beside bare Chroma with sentence-transformers.

Times vary with the machine; the ratios are what counts. Nothing here is a test.
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from evals.model import Case
from retrieval.answer import answer
from retrieval.library import Library


class Timing(NamedTuple):
    """Milliseconds per question."""

    name: str
    p50: float
    p95: float

    def against(self, other: Timing) -> float:
        """How many times slower than ``other`` (p50)."""
        return self.p50 / other.p50


def timed(name: str, work: Callable[[str], object], questions: Sequence[str]) -> Timing:
    """Run ``work`` once per question after five to warm up."""
    for question in questions[:5]:
        work(question)
    times = []
    for question in questions:
        started = time.perf_counter()
        work(question)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return Timing(name, statistics.median(times), times[int(len(times) * 0.95)])


def bench(library: Library, cases: Sequence[Case], today: dt.date, model: Path | None = None) -> list[Timing]:
    """Whole answers and their parts over the clean questions; with ``model`` also the torch encoder beside ours."""
    by_text = {case.question: case for case in cases}
    questions = list(by_text)[:200]
    listener = library.listener
    rows = [
        timed("whole answer", lambda q: answer(by_text[q].asked(today), library), questions),
        timed("hear (language, repair, English, vector)", lambda q: listener.hear(q, None, None), questions),
        timed("vector (ONNX int8)", lambda q: listener.encoder.encode([q]), questions),
        timed("nearest 400 in Chroma", lambda q: library.stock.dense.nearest(listener.encoder.encode([q])[0], 400), questions),
    ]
    if model is not None:
        from retrieval.torch_encode import SentenceTransformersEncoder  # torch only for the comparison

        torch_encoder = SentenceTransformersEncoder(str(model))
        dense = library.stock.dense
        rows.append(
            timed("bare Chroma + sentence-transformers", lambda q: dense.nearest(torch_encoder.encode([q])[0], 10), questions)
        )
    return rows
