"""Golden cases and an opened library in, a report with all measures out. This is the story of the room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from random import Random

from evals.intervals import clustered
from evals.measures import measures
from evals.model import ANSWERABLE, Case, Curve, Measure, Result, Sort
from evals.noise import no_accents, noisy, sms
from evals.ragas_metrics import ragas_measures
from evals.ranking import recall_at
from evals.reading import reading_measures
from evals.risk import AREA, risk_curves
from knowledge_base.model import Value
from knowledge_base.pinpoint import anchor
from retrieval.answer import answer
from retrieval.confidence import confidence
from retrieval.library import Library

SEED = 11
ASKED_ABOUT = ANSWERABLE | {Sort.UNANSWERABLE}


class Report(Value):
    """One run: what was measured on what. Compared and gated by its measures."""

    day: dt.date
    split: str
    content_version: str
    index_hash: str
    translated: bool
    measures: tuple[Measure, ...]
    results: tuple[Result, ...]
    curves: tuple[Curve, ...] = ()


def ask(
    cases: Sequence[Case], library: Library, today: dt.date, each: Callable[[], object] = lambda: None, sure: bool = False
) -> list[Result]:
    """Every case answered, in order; ``each`` is called after each one (progress). ``sure``: with the gate's confidence."""
    results = []
    for case in cases:
        question = case.asked(today)
        said = answer(question, library)
        found = tuple(f"{source.instrument}#{anchor(source.pinpoint)}" for source in said.sources)
        level = confidence(question, said, library) if sure and case.sort in ASKED_ABOUT else 0.0
        results.append(Result(case=case, answer=said, found=found, confidence=level))
        each()
    return results


def run(
    cases: Sequence[Case], split: str, library: Library, today: dt.date, each: Callable[[], object] = lambda: None
) -> Report:
    """Measure one split: clean questions first, then the same answerable ones with noise."""
    chosen = [case for case in cases if split in ("all", case.split)]
    results = ask(chosen, library, today, each, sure=True)
    rows = measures(results)
    rows += reading_measures(results)
    curves = risk_curves(results)
    rows += [
        Measure(name=AREA, group=c.group, value=c.area, low=c.low, high=c.high, n=c.n, at_least=False) for c in curves
    ]
    rows += ragas_measures(results, library.content, library.listener)
    rows += _under_noise(results, library, today)
    return Report(
        day=today, split=split, content_version=library.content.version, index_hash=library.manifest.index_hash,
        translated=library.translated, measures=tuple(rows), results=tuple(results), curves=curves,
    )


def _under_noise(clean: Sequence[Result], library: Library, today: dt.date) -> list[Measure]:
    """Points of recall@5 lost by noise, over the answerable cases."""
    part = [r for r in clean if r.case.sort in ANSWERABLE]
    if not part:
        return []
    before = [recall_at(r.found, r.case.accept, 5) for r in part]
    random = Random(SEED)
    kinds: dict[str, tuple[Callable[[Case], str], float | None]] = {
        "no accents": (lambda c: no_accents(c.question), None),
        "SMS spelling": (lambda c: sms(c.question, c.language), None),
        "15 % of letters wrong": (lambda c: noisy(c.question, c.language, 0.15, random), 0.05),
    }
    rows = []
    for name, (spoil, target) in kinds.items():
        spoilt = [r.case.model_copy(update={"question": spoil(r.case)}) for r in part]
        after = [recall_at(r.found, r.case.accept, 5) for r in ask(spoilt, library, today)]
        loss = clustered([was - now for was, now in zip(before, after, strict=True)], [r.case.topic for r in part])
        rows.append(
            Measure(
                name="recall@5 lost by noise", group=name, value=loss.value, low=loss.low, high=loss.high, n=loss.n,
                target=target, at_least=False,
            )
        )
    return rows
