"""A judged answer in, a case for the golden questions out: one line of ``regression.jsonl`` in the data folder.

The evaluation never reads this folder: a person reads the lines and adds them to ``evals/golden/regression.jsonl``
(see ``docs/operations.md``). The form is that of ``evals.model.Case``, which this room must not import.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from channels.desk.redact import redact
from channels.store.reviews import Verdict
from knowledge_base.model import Content, InstrumentId, Language, Provision
from retrieval.model import Answer, AnswerKind, Reason

NAME = "regression.jsonl"
TOPIC = "regression"


class Expected(StrEnum):
    """What should happen with the question, in the words of ``evals.model.Sort``."""

    ANSWERED = "direct"
    REFUSED = "unanswerable"
    HARMFUL = "harmful"
    DANGER = "danger"


class Passage(NamedTuple):
    """A provision that was found. ``ref``: ``instrument#anchor``; ``score`` in 0..1, ``None`` when only cited."""

    ref: str
    label: str
    words: str
    score: float | None
    cited: bool


def passages(answer: Answer, content: Content, language: Language) -> tuple[Passage, ...]:
    """The provisions found, best first, then those that are only cited; what is no longer in the content is left out."""
    cited = dict.fromkeys(f"{c.instrument}#{c.anchor}" for s in answer.sentences for c in s.citations)
    scores = {f"{s.instrument}#{p.anchor}": s.score for s in answer.sources
              if (p := _by_pinpoint(content, s.instrument, s.pinpoint)) is not None}
    found = []
    for ref in dict.fromkeys([*scores, *cited]):
        try:
            instrument, provision = content.place(ref)  # type: ignore[arg-type]
        except KeyError:
            continue
        found.append(Passage(ref, f"{provision.label.in_(language)}, {instrument.short.in_(language)}",
                             provision.words.in_(language), scores.get(ref), ref in cited))
    return tuple(found)


def suggested(answer: Answer, verdict: Verdict) -> Expected:
    """What a verdict says should happen, so that one click is enough: right = as it was, else it should be answered."""
    if verdict is not Verdict.RIGHT or answer.kind in (AnswerKind.GROUNDED, AnswerKind.CLARIFY):
        return Expected.ANSWERED
    if answer.kind is AnswerKind.SAFETY:
        return Expected.DANGER
    return Expected.HARMFUL if answer.reason in (Reason.HARMFUL, Reason.PERSONAL_DATA) else Expected.REFUSED


def make_case(answer: Answer, expected: Expected, accept: Sequence[str]) -> dict[str, object]:
    """``accept``: provisions of which one must be found; raises ``ValueError`` when an answer is expected from none."""
    if expected is Expected.ANSWERED and not accept:
        raise ValueError("an answer must be expected from at least one provision")
    reasons = [answer.reason.value] if expected is Expected.REFUSED and answer.reason else []
    return {
        "id": f"regression-{answer.id}", "split": "regression", "sort": expected.value, "topic": TOPIC,
        "language": answer.language.value, "country": answer.country.value if answer.country else None,
        "role": answer.role.value if answer.role else None, "question": redact(answer.question, answer.language),
        "accept": list(accept) if expected is Expected.ANSWERED else [], "reasons": reasons,
        "as_of": answer.as_of.isoformat(),
    }


def has(path: Path, answer_id: str) -> bool:
    """Whether there is a case of this answer."""
    return path.exists() and f'"id": "regression-{answer_id}"' in path.read_text("utf-8")


def append(path: Path, case: dict[str, object]) -> bool:
    """Appends the case as one line; False when there is one of the same answer already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if has(path, str(case["id"]).removeprefix("regression-")):
            return False
        file.write(json.dumps(case, ensure_ascii=False) + "\n")
    return True


def _by_pinpoint(content: Content, instrument: str, pinpoint: str) -> Provision | None:
    found = content.instruments.get(InstrumentId(instrument))
    return next((p for p in found.provisions if p.pinpoint == pinpoint), None) if found else None
