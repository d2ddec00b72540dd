"""Tune cases and ways of ranking in, one table out: recall, reciprocal rank and time, clean and with 15 % of letters wrong.

A learned re-ranker is fitted for each way on the other topics (five folds), on clean questions only: no question is ranked by
weights that have seen its topic.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

import numpy as np

from evals.fit_ranker import fitted
from evals.intervals import clustered
from evals.model import ANSWERABLE, Case
from evals.noise import noisy
from evals.ranking import recall_at, reciprocal_rank
from evals.ways import AsTyped, Way
from knowledge_base.model import Ref, Value
from retrieval.heard import Heard
from retrieval.library import Library
from retrieval.rank import Row, candidates

FOLDS = 5
NOISE = 0.15
SEED = 11


class Line(Value):
    """One way in the table. ``low`` and ``high``: 95 % interval of recall@5 on clean questions. Times in milliseconds."""

    name: str
    recall_1: float
    recall_5: float
    recall_10: float
    mrr: float
    low: float
    high: float
    noisy_1: float
    noisy_5: float
    noisy_10: float
    noisy_mrr: float
    ms: float


class Spoken(NamedTuple):
    """A question with what was heard of it, repaired or not, and the milliseconds that took."""

    case: Case
    heard: Heard
    ms: float


def asked(cases: Sequence[Case]) -> list[Case]:
    """The tune questions that must be answered: the only ones this table may look at."""
    return [case for case in cases if case.split == "tune" and case.sort in ANSWERABLE]


def spoilt(cases: Sequence[Case]) -> list[Case]:
    """The same with ``NOISE`` of the letters wrong, no accents, phone spelling."""
    random = Random(SEED)
    return [case.model_copy(update={"question": noisy(case.question, case.language, NOISE, random)}) for case in cases]


def hear(cases: Sequence[Case], library: Library, repaired: bool) -> list[Spoken]:
    """Every question heard once."""
    listener = library.listener
    if not repaired:
        listener = replace(listener, repairs={language: AsTyped(real) for language, real in listener.repairs.items()})
    found = []
    for case in cases:
        started = time.perf_counter()
        heard = listener.hear(case.question, None, case.language)
        found.append(Spoken(case=case, heard=heard, ms=(time.perf_counter() - started) * 1000))
    return found


def measured(way: Way, clean: Sequence[Spoken], noise: Sequence[Spoken], library: Library, day: dt.date) -> Line:
    """Measure one way."""
    found, times = ranked(way, (clean, noise), library, day)
    figures = []
    for part, lists in zip((clean, noise), found, strict=True):
        pairs = list(zip(lists, (spoken.case.accept for spoken in part), strict=True))
        figures.append([*(float(np.mean([recall_at(f, a, k) for f, a in pairs])) for k in (1, 5, 10)),
                        float(np.mean([reciprocal_rank(f, a) for f, a in pairs]))])
    hits = [recall_at(first, spoken.case.accept, 5) for first, spoken in zip(found[0], clean, strict=True)]
    span = clustered(hits, [spoken.case.topic for spoken in clean])
    before, after = figures
    return Line(
        name=way.name, recall_1=before[0], recall_5=before[1], recall_10=before[2], mrr=before[3], low=span.low, high=span.high,
        noisy_1=after[0], noisy_5=after[1], noisy_10=after[2], noisy_mrr=after[3],
        ms=float(np.median([t + (s.ms if way.heard else 0.0) for t, s in zip(times, clean, strict=True)])),
    )


def ranked(
    way: Way, parts: Sequence[Sequence[Spoken]], library: Library, day: dt.date
) -> tuple[list[list[list[str]]], list[float]]:
    """Provisions per question for each part, and the milliseconds of the questions of the first."""
    times: list[float] = []
    if way.rank is not None:
        lists = []
        for part in parts:
            found = []
            for spoken in part:
                started = time.perf_counter()
                found.append(way.rank(spoken.case, spoken.heard))
                times.append((time.perf_counter() - started) * 1000)
            lists.append(found)
        return lists, times[: len(parts[0])]
    assert way.find is not None
    tables: list[list[dict[Ref, Row]]] = []
    for part in parts:
        rows = []
        for spoken in part:
            started = time.perf_counter()
            seen = way.find(spoken.case, spoken.heard)
            rows.append(candidates(seen, library.content, spoken.case.country, spoken.case.role, day))
            times.append((time.perf_counter() - started) * 1000)
        tables.append(rows)
    return [_re_ranked(part, rows, parts[0], tables[0]) for part, rows in zip(parts, tables, strict=True)], times[: len(parts[0])]


def _re_ranked(
    part: Sequence[Spoken], rows: Sequence[dict[Ref, Row]], clean: Sequence[Spoken], clean_rows: Sequence[dict[Ref, Row]]
) -> list[list[str]]:
    topics = sorted({spoken.case.topic for spoken in clean})
    fold = {topic: number % FOLDS for number, topic in enumerate(topics)}
    pairs = [(spoken.case, table) for spoken, table in zip(clean, clean_rows, strict=True)]
    rankers = [fitted([pair for pair in pairs if fold[pair[0].topic] != number]) for number in range(FOLDS)]
    found: list[list[str]] = []
    for spoken, table in zip(part, rows, strict=True):
        if not table:
            found.append([])
            continue
        scores = rankers[fold[spoken.case.topic]].scores(np.stack(list(table.values())))
        found.append([str(ref) for _, ref in sorted(zip((-scores).tolist(), table, strict=True))])
    return found


def markdown(lines: Sequence[Line], asked: int, day: dt.date) -> str:
    """The table as it stands in the decision record; the best figure of each column is bold."""
    names = ("recall_1", "recall_5", "recall_10", "mrr", "noisy_1", "noisy_5", "noisy_10", "noisy_mrr")
    top = {name: max(round(getattr(row, name), 3) for row in lines) for name in names}

    def cell(row: Line, name: str) -> str:
        value = round(getattr(row, name), 3)
        return f"**{value:.3f}**" if value == top[name] else f"{value:.3f}"

    rows = [
        f"*{day}, {asked} tune questions*", "",
        "| way | recall@1 | recall@5 | 95 % | recall@10 | MRR | noisy @1 | noisy @5 | noisy @10 | noisy MRR | ms |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in lines:
        clean = [cell(row, "recall_1"), cell(row, "recall_5"), f"{row.low:.2f} - {row.high:.2f}"]
        rest = [cell(row, name) for name in names[2:]]
        rows.append(f"| {' | '.join([row.name, *clean, *rest, f'{row.ms:.1f}'])} |")
    return "\n".join(rows) + "\n"
