"""The golden sets: valid, large enough, independent of the cards, with a frozen sealed half."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evals.golden_sets import GOLDEN, GoldenFaulty, case_problems, read_cases, sealed_hash
from evals.model import ANSWERABLE, Case, Sort
from knowledge_base.load import load_content
from knowledge_base.model import Language


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return read_cases()


def test_there_are_enough_of_each(cases: list[Case]) -> None:
    count = Counter(case.sort for case in cases)
    assert sum(count[s] for s in ANSWERABLE) - count[Sort.BENIGN] >= 450
    assert count[Sort.UNANSWERABLE] >= 240
    assert count[Sort.HARMFUL] + count[Sort.INJECTION] + count[Sort.BENIGN] >= 240 and count[Sort.BENIGN] >= 80
    assert count[Sort.DANGER] + count[Sort.NEAR_MISS] >= 200
    for language in Language:
        assert sum(case.language is language for case in cases) >= 350


def test_every_case_fits_the_content(cases: list[Case]) -> None:
    assert list(case_problems(cases, load_content())) == []


def test_a_topic_is_either_tuned_on_or_sealed(cases: list[Case]) -> None:
    splits: dict[str, set[str]] = {}
    for case in cases:
        if case.sort in ANSWERABLE and case.split != "regression":
            splits.setdefault(case.topic, set()).add(case.split)
    assert len(splits) == 45 and [topic for topic, found in splits.items() if len(found) > 1] == []


def test_the_sealed_half_is_frozen(cases: list[Case]) -> None:
    assert (GOLDEN / "SEALED").read_text(encoding="utf-8").strip() == sealed_hash(cases)


def test_the_seal_breaks_with_any_change(cases: list[Case]) -> None:
    sealed = next(case for case in cases if case.split == "sealed")
    changed = [case.model_copy(update={"question": case.question + "?"}) if case is sealed else case for case in cases]
    assert sealed_hash(changed) != sealed_hash(cases)


def test_a_faulty_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "danger.jsonl").write_text('{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(GoldenFaulty, match=r"danger\.jsonl line 1"):
        read_cases(tmp_path)
