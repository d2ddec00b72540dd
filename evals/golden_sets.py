"""The JSONL files of ``evals/golden`` in, checked cases out; the sealed part is frozen by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from evals.model import ANSWERABLE, Case
from knowledge_base.model import Content, Language
from knowledge_base.pinpoint import fold

GOLDEN = Path(__file__).parent / "golden"
SETS = ("answerable", "unanswerable", "adversarial", "danger", "regression")


class GoldenFaulty(Exception):
    """A golden file has a line that cannot be used; the message names file, line and cure."""


def read_cases(folder: Path = GOLDEN) -> list[Case]:
    """All cases of all sets; ids unique. Raises ``GoldenFaulty``."""
    cases: list[Case] = []
    seen: set[str] = set()
    for name in SETS:
        path = folder / f"{name}.jsonl"
        if not path.exists():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                case = Case.model_validate_json(line)
            except ValidationError as error:
                raise GoldenFaulty(f"{path.name} line {number}: {error.errors()[0]['msg']}; correct the line") from error
            if case.id in seen:
                raise GoldenFaulty(f"{path.name} line {number}: id {case.id!r} twice; choose another")
            seen.add(case.id)
            cases.append(case)
    return cases


def case_problems(cases: list[Case], content: Content) -> Iterator[str]:
    """Faults against the content: unknown provisions, questions that are a card's own phrasing, splits by topic mixed."""
    phrasings = {
        fold(p).strip(" ?!.¿¡") for card in content.cards.values() for language in Language for p in card.asked_as.in_(language)
    }
    for case in cases:
        for ref in case.accept:
            try:
                content.place(ref)  # type: ignore[arg-type]
            except KeyError:
                yield f"{case.id}: {ref} does not resolve"
        if case.sort in ANSWERABLE and not case.accept:
            yield f"{case.id}: an answerable case without accept"
        if fold(case.question).strip(" ?!.¿¡") in phrasings:
            yield f"{case.id}: the question is a card's own phrasing; ask it in other words"


def sealed_hash(cases: list[Case]) -> str:
    """SHA-256 over the sealed cases: it may only change together with ``golden/SEALED``."""
    sealed = sorted((case for case in cases if case.split == "sealed"), key=lambda case: case.id)
    body = json.dumps([case.model_dump(mode="json") for case in sealed], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()
